//! What the platform fills in where a document leaves it out.

use serde_json::{Map, Value};

use super::{Field, Shape, data_of, fields_of};

/// Fills in everything that the platform would, as far as it does not depend on other fields.
pub fn fill(kind: &str, document: &mut Map<String, Value>) {
    object(fields_of(kind).0, document);
    let secret_type = document
        .get("type")
        .and_then(Value::as_str)
        .filter(|_| kind == "secret");
    if let Some(data) = secret_type.and_then(data_of)
        && let Some(node) = document.get_mut("data")
    {
        shape(data, node);
    }
}

fn object(fields: &[Field], object: &mut Map<String, Value>) {
    for field in fields {
        if let Some(default) = field.default
            && !object.contains_key(field.name)
            && let Ok(default) = serde_json::from_str(default)
        {
            object.insert(field.name.to_owned(), default);
        }
        if let Some(node) = object.get_mut(field.name) {
            shape(&field.shape, node);
        }
    }
}

fn shape(shape: &Shape, node: &mut Value) {
    match (shape, node) {
        (Shape::Object(fields), Value::Object(node)) => object(fields, node),
        (Shape::List(of, ..), Value::Array(items)) => {
            items.iter_mut().for_each(|item| self::shape(of, item));
        }
        (Shape::Map(_, of), Value::Object(entries)) => {
            entries
                .values_mut()
                .for_each(|value| self::shape(of, value));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every default is JSON, and a value that its own field takes.
    #[test]
    fn defaults_are_json() {
        fn walk(fields: &[Field], seen: &mut usize) {
            for field in fields {
                if let Some(default) = field.default {
                    assert!(serde_json::from_str::<Value>(default).is_ok(), "{default}");
                    *seen += 1;
                }
                below(&field.shape, seen);
            }
        }
        fn below(shape: &Shape, seen: &mut usize) {
            match shape {
                Shape::Object(fields) => walk(fields, seen),
                Shape::List(of, ..) | Shape::Map(_, of) => below(of, seen),
                _ => {}
            }
        }
        let mut seen = 0;
        for kind in super::super::KINDS {
            walk(fields_of(kind).0, &mut seen);
        }
        assert!(seen > 40, "{seen}");
    }
}
