//! What the images are known to hold, held against what the cluster is made for.

use super::pooler::Pooler;
use crate::problem::{Code, Path, Place, Problem, Problems};
use crate::values::image::Image;
use crate::values::{Reads, Values};

/// The major versions that the start script and the volumes are made for.
const POSTGRES: u32 = 17;
const SPOCK: u32 = 5;
/// What a tag of the nodes' image may look like.
const TAG: &str =
    "name one whose tag begins with `17` and names Spock 5, such as `17.11-spock5.0.13-standard-1`";
/// An image that has what the script of the backup needs, by its published build file.
const BACKUP: &str = "ghcr.io/controlplane-com/backup-images/postgres-backup:17.1.0";
/// Images whose tags do not move, to write instead of the documented ones.
const IMMUTABLE: &[(&str, &str)] = &[
    ("pgedge-postgres", "17.11-spock5.0.13-standard-1"),
    ("pgcat", "v1.2.0"),
    ("pgbouncer", "v1.25.2-p0"),
    ("postgres-backup", "17.1.0"),
];

/// Everything that is wrong or doubtful about the images and the libraries in them.
pub(super) fn check(values: &Values, pooler: &Pooler, problems: &mut Problems) {
    nodes(&values.image, problems);
    backup(values, problems);
    floating(values, pooler, problems);
    libraries(values, problems);
}

fn nodes(image: &Image, problems: &mut Problems) {
    let told = [
        ("PostgreSQL", image.postgres_major(), POSTGRES),
        ("Spock", image.spock_major(), SPOCK),
    ];
    for (what, found, wanted) in told {
        match found {
            Some(major) if major != wanted => {
                let found = format!(
                    "the tag says {what} {major}: every node would refuse its data directory, all at once"
                );
                let problem = Problem::of_value(Code::InvalidValue, Path::of("image"), found);
                problems.push(
                    problem
                        .allowed(format!(
                            "an image with PostgreSQL {POSTGRES} and Spock {SPOCK}"
                        ))
                        .fix(TAG),
                );
                return;
            }
            _ => {}
        }
    }
    if image.postgres_major().is_none() {
        let found = format!(
            "`{}` does not say which PostgreSQL it holds: with any other than {POSTGRES} every node would refuse its data directory, and without Spock {SPOCK} none would replicate",
            image.as_str()
        );
        problems.push(Problem::of_value(Code::UnknownImage, Path::of("image"), found).fix(TAG));
    }
}

/// pg_dump refuses a server that is newer than itself. And the script needs tools: of the image that the users'
/// documentation names, no build file was published.
fn backup(values: &Values, problems: &mut Problems) {
    let image = &values.backup.image;
    if !values.backup.enabled {
        return;
    }
    if image.short_name() == "pg-backup" {
        let found = format!(
            "what `{}` holds is not known: without psql, pg_dump, and aws or gsutil every backup fails",
            image.as_str()
        );
        let problem = Problem::of_value(Code::UnknownImage, Path::of("backup.image"), found);
        problems.push(problem.fix(format!("write `{BACKUP}`, which has them")));
    }
    if let Some(major) = image.postgres_major()
        && major < POSTGRES
    {
        let found = format!(
            "the tag says PostgreSQL {major}: its pg_dump refuses the nodes' PostgreSQL {POSTGRES}, every backup would fail"
        );
        let problem = Problem::of_value(Code::Conflict, Path::of("backup.image"), found);
        problems.push(
            problem
                .allowed(format!("an image with PostgreSQL {POSTGRES} or newer"))
                .fix("write `ghcr.io/controlplane-com/backup-images/postgres-backup:17.1.0`, or another with pg_dump 17"),
        );
    }
}

/// One hint for all images that may change: a node that starts again would get another Spock than its peers have.
fn floating(values: &Values, pooler: &Pooler, problems: &mut Problems) {
    let backup = values
        .backup
        .enabled
        .then(|| (Path::of("backup.image"), &values.backup.image));
    let images = [
        (Path::of("image"), &values.image),
        (pooler.path().key("image"), &pooler.image),
    ];
    let floating: Vec<(Path, &Image)> = images
        .into_iter()
        .chain(backup)
        .filter(|(_, image)| image.floats())
        .collect();
    let [(first, image), others @ ..] = floating.as_slice() else {
        return;
    };
    let found = format!(
        "`{}` may be another image tomorrow: what starts again then runs other versions than the rest",
        image.as_str()
    );
    // pgcat 1.2.0 has no way to spread reads that is to be advised
    let advised = |name: &str| name != "pgcat" || pooler.reads == Reads::Primary;
    let known = |image: &Image| {
        IMMUTABLE
            .iter()
            .find(|(name, _)| *name == image.short_name() && advised(name))
    };
    let tags: Vec<String> = floating
        .iter()
        .filter_map(|(path, image)| known(image).map(|(_, tag)| format!("`{tag}` for `{path}`")))
        .collect();
    let fix = match tags.is_empty() {
        true => "name a tag that stays, or a digest".to_owned(),
        false => format!(
            "name a tag that stays, such as {}, or a digest",
            tags.join(" and ")
        ),
    };
    let problem = Problem::of_value(Code::FloatingImage, first.clone(), found).fix(fix);
    let also = |problem: Problem, (path, _): &(Path, &Image)| {
        problem.also(Place::Value(path.clone()), "so may this one")
    };
    problems.push(others.iter().fold(problem, also));
}

/// A node does not start with a library that its image lacks.
fn libraries(values: &Values, problems: &mut Problems) {
    let preload = &values.postgres.preload;
    for (index, library) in preload.iter().enumerate() {
        let path = Path::of("postgres.preload").index(index);
        let name = library.as_str();
        if let Some(first) = preload[..index].iter().position(|other| other == library) {
            let problem =
                Problem::of_value(Code::Conflict, path, format!("`{name}` is listed twice"))
                    .fix("keep one of the two");
            let first = Path::of("postgres.preload").index(first);
            problems.push(problem.also(Place::Value(first), "first listed here"));
        } else if !library.is_in(values.image.flavour()) {
            let found = format!(
                "`{name}` is not known to be in the image, and a node does not start when a library that it loads is missing"
            );
            let problem = Problem::of_value(Code::Library, path, found);
            problems.push(match library.nearest().filter(|near| *near != name) {
                Some(near) => problem.fix(format!("did you mean `{near}`?")),
                None => problem.fix("try it on one node, or look for it in the image under `$(pg_config --pkglibdir)`"),
            });
        }
    }
}
