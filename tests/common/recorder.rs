//! A platform that accepts everything and notes it down, and the real cpln CLI before it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;

use super::Result;

const CPLN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/.tools/node_modules/.bin/cpln"
);

/// One request as the platform would see it.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: String,
}

/// Has the CLI apply a file or a folder, or as `-` a stream; tells how it ended, and every request.
pub fn apply(folder: &Path, file: &str, stream: &[u8]) -> Result<(Output, Vec<Request>)> {
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
            file,
            "--endpoint",
            &endpoint,
            "--org",
            "o",
            "--token",
            "t",
        ])
        .current_dir(folder)
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
    fs::remove_dir_all(home.path())?;
    Ok((output, receive.try_iter().collect()))
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
