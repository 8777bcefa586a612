//! A platform that takes everything, notes it down and gives it back, and the real cpln CLI before it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::Result;
use super::platform::{exported, stored};

/// Where `tests/run` puts the client.
const CLIENTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/.tools/node_modules/.bin"
);

/// One request as the platform would see it.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: String,
}

/// Has the CLI apply a file or a folder, or as `-` a stream; tells how it ended, and every request.
pub fn apply(folder: &Path, file: &str, stream: &[u8]) -> Result<(Output, Vec<Request>)> {
    let recorder = Recorder::start()?;
    let output = recorder.run(folder, "cpln", &["apply", "-f", file], stream)?;
    Ok((output, recorder.requests()))
}

/// An org `o` of a platform, for as long as this lives.
pub struct Recorder {
    endpoint: String,
    home: TempDir,
    seen: Seen,
}

/// What came, and what there is.
#[derive(Clone, Default)]
struct Seen {
    requests: Arc<Mutex<Vec<Request>>>,
    /// By link, as they were sent.
    resources: Arc<Mutex<BTreeMap<String, Value>>>,
}

impl Recorder {
    pub fn start() -> Result<Self> {
        assert!(
            Path::new(CLIENTS).join("cpln").exists(),
            "the cpln CLI is missing: tests/run installs it"
        );
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let seen = Seen::default();
        let all = seen.clone();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let seen = all.clone();
                thread::spawn(move || seen.serve(&connection));
            }
        });
        Ok(Self {
            endpoint,
            home: tempfile::tempdir()?,
            seen,
        })
    }

    /// Runs a program that finds cpln and this program by their names, and the platform.
    pub fn run(
        &self,
        folder: &Path,
        program: &str,
        arguments: &[&str],
        stdin: &[u8],
    ) -> Result<Output> {
        let own = Path::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
            .parent()
            .ok_or("no folder")?;
        let path = std::env::var("PATH").unwrap_or_default();
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .env("PATH", format!("{CLIENTS}:{}:{path}", own.display()))
            .env("HOME", self.home.path())
            .env("CPLN_HOME", self.home.path())
            .env("CPLN_SKIP_UPDATE_CHECK", "true")
            .env("CPLN_ENDPOINT", &self.endpoint)
            .env("CPLN_ORG", "o")
            .env("CPLN_TOKEN", "t")
            .env_remove("CI")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // who reads nothing ends before all is written
            let _ = input.write_all(stdin);
        }
        Ok(child.wait_with_output()?)
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        locked(&self.seen.requests).clone()
    }

    /// What was sent last of the resource with this link.
    pub fn resource(&self, link: &str) -> Option<Value> {
        locked(&self.seen.resources).get(link).cloned()
    }

    /// Somebody changes a resource by hand.
    pub fn change(&self, link: &str, change: impl FnOnce(&mut Value)) {
        if let Some(resource) = locked(&self.seen.resources).get_mut(link) {
            change(resource);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seen {
    fn serve(&self, connection: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(connection.try_clone().ok()?);
        loop {
            let request = read(&mut reader)?;
            let (status, answer) = self.answer(&request);
            let name = answer["name"].as_str().unwrap_or_default();
            let link = format!("{}/{name}", request.path);
            locked(&self.requests).push(request);
            let answer = answer.to_string();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nLocation: {link}\r\nContent-Length: {}\r\n\r\n{answer}",
                answer.len()
            );
            (&mut &*connection).write_all(answer.as_bytes()).ok()?;
        }
    }

    fn answer(&self, request: &Request) -> (&'static str, Value) {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let sent: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let link = format!("{path}/{}", sent["name"].as_str().unwrap_or_default());
        let mut resources = locked(&self.resources);
        match request.method.as_str() {
            "PUT" if query.contains("dryRun=true") => ("200 OK", exported(sent)),
            "PUT" | "POST" => {
                let mut sent = sent;
                if let (Some(fields), Some((_, kind))) =
                    (sent.as_object_mut(), path.rsplit_once('/'))
                {
                    fields.entry("kind").or_insert(kind.into());
                }
                resources.insert(link, sent.clone());
                ("201 Created", sent)
            }
            "PATCH" => {
                let Some(known) = resources.get_mut(path) else {
                    return missing();
                };
                merge(known, sent);
                ("200 OK", exported(known.clone()))
            }
            _ => {
                let (link, is_revealed) = match path.strip_suffix("/-reveal") {
                    Some(link) => (link, true),
                    None => (path, false),
                };
                match resources.get(link).cloned() {
                    Some(known) if is_revealed => ("200 OK", stored(known)),
                    Some(known) => ("200 OK", exported(known)),
                    None => missing(),
                }
            }
        }
    }
}

fn missing() -> (&'static str, Value) {
    (
        "404 Not Found",
        json!({ "status": 404, "message": "there is none", "code": "NOT_FOUND" }),
    )
}

fn merge(known: &mut Value, sent: Value) {
    match (known, sent) {
        (Value::Object(known), Value::Object(sent)) => {
            for (key, value) in sent {
                merge(known.entry(key).or_insert(Value::Null), value);
            }
        }
        (known, sent) => *known = sent,
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        match header.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok()?
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        path,
        body: String::from_utf8(body).ok()?,
    })
}
