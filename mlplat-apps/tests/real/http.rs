//! As much of an HTTP client as asking for a status takes.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// A request to a port of the loopback interface.
pub(crate) struct Get<'a> {
    pub(crate) port: u16,
    pub(crate) path: &'a str,
    /// Name and password.
    pub(crate) login: Option<(&'a str, &'a str)>,
    pub(crate) host: Option<&'a str>,
}

impl<'a> Get<'a> {
    pub(crate) fn new(port: u16, path: &'a str) -> Self {
        Self {
            port,
            path,
            login: None,
            host: None,
        }
    }

    pub(crate) fn login(self, name: &'a str, password: &'a str) -> Self {
        Self {
            login: Some((name, password)),
            ..self
        }
    }

    pub(crate) fn host(self, host: &'a str) -> Self {
        Self {
            host: Some(host),
            ..self
        }
    }

    /// The status of the answer; nothing when nobody answers.
    pub(crate) fn status(&self) -> Option<u16> {
        let limit = Some(Duration::from_secs(20));
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(limit).ok()?;
        stream.set_write_timeout(limit).ok()?;
        let own = format!("127.0.0.1:{}", self.port);
        let host = self.host.unwrap_or(&own);
        let mut request = format!(
            "GET {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n",
            self.path
        );
        if let Some((name, password)) = self.login {
            let login = BASE64_STANDARD.encode(format!("{name}:{password}"));
            request += &format!("Authorization: Basic {login}\r\n");
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let text = String::from_utf8_lossy(&answer);
        text.split(' ').nth(1)?.parse().ok()
    }
}
