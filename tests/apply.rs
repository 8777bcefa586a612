//! The real cpln CLI takes what is rendered: one request for each document, in the stream's own order, each to the
//! right collection, with the body that was rendered.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const CPLN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/.tools/node_modules/.bin/cpln"
);

#[test]
fn the_defaults() -> Result<()> {
    applies(&[])
}

#[test]
fn a_backup_at_aws() -> Result<()> {
    applies(&["--set", "backup.enabled=true", "--release", "prod"])
}

/// One request as the platform would see it.
#[derive(Debug)]
struct Request {
    method: String,
    path: String,
    body: String,
}

fn applies(flags: &[&str]) -> Result<()> {
    let documents: Vec<Value> =
        serde_json::from_slice(&render(&[flags, &["-o", "json"]].concat())?)?;
    let requests = apply(&render(flags)?)?;
    let puts: Vec<&Request> = requests
        .iter()
        .filter(|request| request.method == "PUT")
        .collect();
    assert_eq!(
        puts.len(),
        documents.len(),
        "one PUT for each document: {requests:#?}"
    );
    for (put, document) in puts.iter().zip(&documents) {
        let (kind, name) = (text(document, "kind"), text(document, "name"));
        let collection = match document.get("gvc") {
            Some(gvc) => format!("/org/o/gvc/{}/{kind}", gvc.as_str().unwrap_or_default()),
            None => format!("/org/o/{kind}"),
        };
        assert_eq!(put.path, collection, "collection of {kind} {name}");
        assert_eq!(
            serde_json::from_str::<Value>(&put.body)?,
            *document,
            "body of {kind} {name}"
        );
    }
    let mut kinds: Vec<&str> = documents
        .iter()
        .map(|document| text(document, "kind"))
        .collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "secret",
            "gvc",
            "identity",
            "volumeset",
            "policy",
            "workload"
        ]
    );
    Ok(())
}

fn text<'v>(document: &'v Value, key: &str) -> &'v str {
    document
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn render(flags: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new(env!("CARGO_BIN_EXE_pgedge-tpl"))
        .arg("render")
        .args(flags)
        .output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}

/// Has the CLI apply a stream to a platform that accepts everything and notes it down.
fn apply(stream: &[u8]) -> Result<Vec<Request>> {
    assert!(
        Path::new(CPLN).exists(),
        "the cpln CLI is missing: tests/run installs it"
    );
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let send = send.clone();
            thread::spawn(move || serve(&connection, &send));
        }
    });
    let home = tempfile::tempdir()?;
    let mut cpln = Command::new(CPLN)
        .args([
            "apply",
            "-f",
            "-",
            "--endpoint",
            &endpoint,
            "--org",
            "o",
            "--token",
            "t",
        ])
        .env("CPLN_HOME", home.path())
        .env("CPLN_SKIP_UPDATE_CHECK", "true")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = cpln.stdin.take() {
        stdin.write_all(stream)?;
    }
    let output = cpln.wait_with_output()?;
    assert!(
        output.status.success(),
        "cpln apply: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::remove_dir_all(home.path())?;
    Ok(receive.try_iter().collect())
}

/// Answers every request on a connection with what was sent, as created.
fn serve(connection: &TcpStream, send: &mpsc::Sender<Request>) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    loop {
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
        let body = String::from_utf8(body).ok()?;
        let created = if method == "PUT" {
            body.clone()
        } else {
            "{}".to_owned()
        };
        send.send(Request { method, path, body }).ok()?;
        let answer = format!(
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nLocation: /x\r\nContent-Length: {}\r\n\r\n{created}",
            created.len()
        );
        (&mut &*connection).write_all(answer.as_bytes()).ok()?;
    }
}
