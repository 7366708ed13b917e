//! Fetching over TLS from servers on loopback whose certificates come from an authority of their
//! own: refused unless that authority is given, for HTTP repositories and OCI registries, also
//! through a proxy that tunnels.
#![cfg(feature = "fetch")]
#![allow(clippy::unwrap_used, reason = "test code")]

mod fetch_support;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fetch_support::{archive, hex, index};
use mlplat_helm::fetch::{Cache, ChartSource, FetchError, Fetcher, LockFile, Network};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A name that no resolver knows; only the proxy finds it.
const HIDDEN: &str = "repository.invalid";

/// The media type of a chart's archive in a registry.
const LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// An authority that no system trusts.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    /// TLS for loopback and for the hidden name.
    fn server_config(&self) -> ServerConfig {
        let names = ["127.0.0.1", HIDDEN].map(str::to_owned);
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "server");
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }
}

/// What a server has, by path: a content type and a body.
type Files = HashMap<String, (&'static str, Vec<u8>)>;

/// A server that speaks only TLS and counts the requests that get through.
struct Server {
    address: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn start(authority: &Authority, files: Files) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let config = Arc::new(authority.server_config());
        let requests = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                answer(StreamOwned::new(connection, stream), &files, &count);
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Answers one request; a client that does not trust the certificate never sends it.
fn answer(
    mut stream: StreamOwned<ServerConnection, TcpStream>,
    files: &Files,
    count: &AtomicUsize,
) {
    let Some(request) = head(&mut BufReader::new(&mut stream)) else {
        return;
    };
    count.fetch_add(1, Ordering::SeqCst);
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, kind, body) = match files.get(path) {
        Some((kind, body)) => ("200 OK", *kind, body.as_slice()),
        None => ("404 Not Found", "text/plain", &b""[..]),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: \
         close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body);
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

/// The first line of a request, once its head has been read.
fn head(stream: &mut dyn BufRead) -> Option<String> {
    let mut lines = stream.lines();
    let request = lines.next()?.ok()?;
    lines.map_while(Result::ok).find(String::is_empty)?;
    Some(request)
}

/// A proxy that tunnels every `CONNECT` to one server, whatever name it is asked for; gives its
/// address and the count of tunnels.
fn proxy(server: &Server) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let tunnels = Arc::<AtomicUsize>::default();
    let (count, target) = (Arc::clone(&tunnels), server.address.clone());
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            // The client waits for the answer, so nothing of the tunnel is in this buffer.
            let request = head(&mut BufReader::new(client.try_clone().unwrap()));
            if !request.is_some_and(|line| line.starts_with(&format!("CONNECT {HIDDEN}:443 "))) {
                let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
                continue;
            }
            count.fetch_add(1, Ordering::SeqCst);
            let upstream = TcpStream::connect(&target).unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let back = (upstream.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || pump(client, upstream));
            std::thread::spawn(move || pump(back.0, back.1));
        }
    });
    (address, tunnels)
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..count]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}

fn repository(bytes: &[u8]) -> Files {
    let index = index(&hex(bytes)).into_bytes();
    Files::from([
        ("/charts/index.yaml".to_owned(), ("text/plain", index)),
        (
            "/charts/demo-1.2.3.tgz".to_owned(),
            ("application/gzip", bytes.to_vec()),
        ),
    ])
}

/// What a registry answers for `charts/demo:1.2.3` without credentials.
fn registry(bytes: &[u8]) -> Files {
    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    let digest = format!("sha256:{}", hex(bytes));
    let config = format!("sha256:{}", hex(b"{}"));
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": "application/vnd.cncf.helm.config.v1+json",
            "digest": config,
            "size": 2,
        },
        "layers": [{"mediaType": LAYER, "digest": digest, "size": bytes.len()}],
    });
    let manifest = manifest.to_string().into_bytes();
    let octets = "application/octet-stream";
    Files::from([
        ("/v2/".to_owned(), ("application/json", b"{}".to_vec())),
        (
            "/v2/charts/demo/manifests/1.2.3".to_owned(),
            (MANIFEST, manifest),
        ),
        (
            format!("/v2/charts/demo/blobs/{digest}"),
            (octets, bytes.to_vec()),
        ),
    ])
}

/// Fetches with an empty cache; gives the digest.
async fn fetch(repository: &str, network: Network) -> Result<String, FetchError> {
    let folder = tempfile::tempdir().unwrap();
    let source = ChartSource::new(repository, "demo", "1.2.3").unwrap();
    let mut fetcher = Fetcher::new(Cache::new(folder.path()), LockFile::default(), network);
    fetcher.fetch(&source).await.map(|fetched| fetched.digest)
}

/// Refused without the authority and with another one, before any request; taken with it.
async fn only_with_the_authority(repository: &str, server: &Server, own: &Authority, bytes: &[u8]) {
    let other = Authority::new("other authority");
    let strangers = [
        Network::default(),
        Network::default().with_authorities(other.pem.as_str()),
    ];
    for network in strangers {
        let error = fetch(repository, network).await.unwrap_err();
        assert!(matches!(error, FetchError::Network { .. }), "{error}");
        assert_eq!(server.requests(), 0, "nothing is sent to a stranger");
    }
    // A bundle of several authorities, as files of authorities are.
    let bundle = format!("{}{}", other.pem, own.pem);
    let network = Network::default().with_authorities(bundle);
    let digest = fetch(repository, network).await.unwrap();
    assert_eq!(digest, format!("sha256:{}", hex(bytes)));
    assert!(server.requests() >= 2);
}

#[tokio::test]
async fn an_http_repository_is_trusted_only_with_its_authority() {
    let (own, bytes) = (Authority::new("own authority"), archive("demo", "1.2.3"));
    let server = Server::start(&own, repository(&bytes));
    let url = format!("https://{}/charts", server.address);
    only_with_the_authority(&url, &server, &own, &bytes).await;
    let error = fetch(&url, Network::default()).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn an_oci_registry_is_trusted_only_with_its_authority() {
    let (own, bytes) = (Authority::new("own authority"), archive("demo", "1.2.3"));
    let server = Server::start(&own, registry(&bytes));
    let url = format!("oci://{}/charts", server.address);
    only_with_the_authority(&url, &server, &own, &bytes).await;
}

#[tokio::test]
async fn tls_goes_through_a_proxy_without_trusting_more() {
    let (own, bytes) = (Authority::new("own authority"), archive("demo", "1.2.3"));
    for (url, files) in [
        (format!("https://{HIDDEN}/charts"), repository(&bytes)),
        (format!("oci://{HIDDEN}/charts"), registry(&bytes)),
    ] {
        let server = Server::start(&own, files);
        let (address, tunnels) = proxy(&server);
        let network = Network::default().with_proxy(format!("http://{address}"));
        assert!(fetch(&url, network.clone()).await.is_err());
        assert!(tunnels.load(Ordering::SeqCst) >= 1, "{url}");
        assert_eq!(server.requests(), 0);
        let network = network.with_authorities(own.pem.as_str());
        fetch(&url, network).await.unwrap();
        assert!(server.requests() >= 2);
    }
}
