//! Lines of pg_hba.conf, read by PostgreSQL's own rules (`hba.c`): blanks and commas between words, double quotes
//! around them, the first line that fits a connection decides.

mod address;
mod word;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::scalar::{Parse, not_allowed, read_as};
use crate::decode::{Invalid, nearest};
pub use address::Address;
use address::address;
pub use word::Word;
use word::{fields, names};

/// One line of pg_hba.conf for connections over the network: type, databases, users, address, method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HbaLine {
    text: String,
    /// The databases that it is about.
    pub databases: Vec<Word>,
    /// The users that it is about.
    pub users: Vec<Word>,
    /// Where connections come from.
    pub address: Address,
    /// What is asked of them.
    pub method: Method,
}

/// What is asked of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A password, proven by SCRAM.
    Scram,
    /// The same: the roles' passwords are kept for SCRAM.
    Md5,
    /// Turned away.
    Reject,
}

const SCRAM: &str = "write scram-sha-256";
const TYPES: &[&str] = &["host", "hostnossl", "hostnogssenc"];
const METHODS: &[(&str, Method)] = &[
    ("scram-sha-256", Method::Scram),
    ("md5", Method::Md5),
    ("reject", Method::Reject),
];
/// Methods of PostgreSQL's that nothing here could use.
const OTHER_METHODS: &[&str] = &[
    "bsd", "cert", "gss", "ident", "ldap", "oauth", "pam", "password", "peer", "radius", "sspi",
];

impl HbaLine {
    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether every connection that `other` is about fits this line too, so that `other` never decides.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.address.covers(&other.address)
            && cover(&self.databases, &other.databases, |word| {
                word.text != "replication"
            })
            && cover(&self.users, &other.users, |_| true)
    }
}

/// Whether the words of one line mean all that those of the other mean. `all` means those of which `within_all` holds.
fn cover(words: &[Word], others: &[Word], within_all: fn(&Word) -> bool) -> bool {
    let all = words.iter().any(Word::is_all);
    others
        .iter()
        .all(|other| words.contains(other) || all && (other.is_quoted || within_all(other)))
}

impl Parse for HbaLine {
    const ALLOWED: &str = "`host`, databases, users, an address with its mask, a method (scram-sha-256, md5 or reject) and nothing after it, such as `host all all 10.0.0.0/8 scram-sha-256`";
    const EXAMPLES: &[&str] = &[
        "host all reporting 10.0.0.0/8 scram-sha-256",
        "host orders app 0.0.0.0/0 scram-sha-256",
    ];

    fn rule() -> Value {
        let word = r#"(?:"[^"@/]+"|[^\s",#@/\\\u0000-\u001f\u007f-\u009f][^\s",#\\\u0000-\u001f\u007f-\u009f]*)"#;
        let words = format!("{word}(?:[ \\t]*,[ \\t]*{word})*");
        let types = TYPES.join("|");
        json!({ "pattern": format!(
            r"^[ \t]*(?:{types})[ \t]+{words}[ \t]+{words}[ \t]+[A-Za-z0-9.:/_-]+(?:[ \t]+[0-9A-Fa-f.:]+)?[ \t]+(?:scram-sha-256|md5|reject)[ \t]*$"
        )})
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = |found: String| Invalid::new(found, Self::ALLOWED);
        let strange = text.chars().find(|c| {
            c.is_whitespace() && !matches!(c, ' ' | '\t') || c.is_control() && *c != '\t'
        });
        if let Some(strange) = strange {
            let found = format!(
                "the character U+{:04X} is no space to PostgreSQL",
                strange as u32
            );
            return Err(refuse(found).fix("write a plain space"));
        }
        let fields = fields(text).map_err(|(why, fix)| refuse(why.to_owned()).fix(fix))?;
        let [kind, databases, users, rest @ ..] = fields.as_slice() else {
            return Err(not_allowed::<Self>(text));
        };
        check_type(kind).map_err(|(found, fix)| refuse(found).fix(fix))?;
        let name =
            |found| refuse(found).fix("write the names themselves, with commas between them");
        names("database", databases).map_err(name)?;
        names("user", users).map_err(name)?;
        let (address, rest) = address(rest).map_err(|found| {
            refuse(found).fix("write an address with its mask, such as `10.0.0.0/8`, or `all`")
        })?;
        let [method, behind @ ..] = rest else {
            return Err(refuse("there is no method".to_owned()).fix(SCRAM));
        };
        let method = method_of(method).map_err(|(found, fix)| refuse(found).fix(fix))?;
        if let Some(word) = behind.first().and_then(|field| field.first()) {
            return Err(refuse(format!("`{}` comes after the method", word.text)).fix("remove it"));
        }
        Ok(Self {
            text: text.to_owned(),
            databases: databases.clone(),
            users: users.clone(),
            address,
            method,
        })
    }
}

read_as!(text: HbaLine);

impl Serialize for HbaLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

fn check_type(field: &[Word]) -> Result<(), (String, String)> {
    let [
        Word {
            text,
            is_quoted: false,
        },
    ] = field
    else {
        return Err((
            "the line does not begin with a type".to_owned(),
            "begin with `host`".to_owned(),
        ));
    };
    if TYPES.contains(&text.as_str()) {
        return Ok(());
    }
    let why = match text.as_str() {
        "hostssl" => {
            "never matches: TLS between a client and PostgreSQL is off, the platform encrypts between workloads"
        }
        "hostgssenc" => "never matches: connections are not encrypted by GSSAPI",
        "local" => {
            "never matches: the cluster's own line for connections inside the container comes before it"
        }
        "include" | "include_if_exists" | "include_dir" => "reads a file, which no node has",
        _ => "is not a type of connection",
    };
    Err((format!("`{text}` {why}"), "write `host`".to_owned()))
}

fn method_of(field: &[Word]) -> Result<Method, (String, String)> {
    let [word] = field else {
        return Err(("there is more than one method".to_owned(), SCRAM.to_owned()));
    };
    let text = word.text.as_str();
    match METHODS.iter().find(|(name, _)| *name == text) {
        Some((_, method)) => Ok(*method),
        None if text == "trust" => Err((
            "`trust` lets everyone in who reaches the node, as any user".to_owned(),
            SCRAM.to_owned(),
        )),
        None if text == "password" => Err((
            "`password` sends the password itself, and proves no more than scram-sha-256"
                .to_owned(),
            SCRAM.to_owned(),
        )),
        None if OTHER_METHODS.contains(&text) => Err((
            format!("`{text}` needs what no node has: roles log in with their passwords"),
            SCRAM.to_owned(),
        )),
        None => {
            let near = nearest(text, METHODS.iter().map(|(name, _)| *name));
            Err((
                format!("`{text}` is not a method"),
                near.map_or_else(
                    || SCRAM.to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            ))
        }
    }
}
