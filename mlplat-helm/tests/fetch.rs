//! Fetching against real servers on loopback: a static HTTP repository served in-process, and
//! Debian's `docker-registry` when it is installed.
#![cfg(feature = "fetch")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "test code")]

mod fetch_support;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fetch_support::{archive, hex, index};
use mlplat_helm::fetch::{Cache, ChartSource, FetchError, Fetcher, LockFile, Network};

/// A static file server that counts its requests.
struct Server {
    address: String,
    files: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap().to_string(),
            files: Arc::default(),
            requests: Arc::default(),
        };
        let (files, requests) = (Arc::clone(&server.files), Arc::clone(&server.requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                requests.fetch_add(1, Ordering::SeqCst);
                answer(stream, &files.lock().unwrap());
            }
        });
        server
    }

    fn put(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.files
            .lock()
            .unwrap()
            .insert(path.to_owned(), body.into());
    }

    fn url(&self) -> String {
        format!("http://{}/charts", self.address)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, files: &HashMap<String, Vec<u8>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let request = lines.next().and_then(Result::ok).unwrap_or_default();
    for line in lines.map_while(Result::ok) {
        if line.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    // A proxy is asked for whole URLs.
    let path = path.find("/charts").map_or(path, |at| &path[at..]);
    let (status, body) = match files.get(path) {
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", &b""[..]),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body);
}

fn fetcher(folder: &Path, lock: LockFile) -> Fetcher {
    Fetcher::new(Cache::new(folder.join("cache")), lock, Network::default())
}

fn repository(server: &Server, bytes: &[u8], digest: &str) {
    server.put("/charts/demo-1.2.3.tgz", bytes);
    server.put("/charts/index.yaml", index(digest));
}

#[tokio::test]
async fn a_chart_is_fetched_once_then_comes_from_the_cache() {
    let server = Server::start();
    let bytes = archive("demo", "1.2.3");
    repository(&server, &bytes, &hex(&bytes));
    let folder = tempfile::tempdir().unwrap();
    let source = ChartSource::new(server.url(), "demo", "1.2.3").unwrap();

    let mut first = fetcher(folder.path(), LockFile::default());
    let fetched = first.fetch(&source).await.unwrap();
    assert!(fetched.from_network);
    assert_eq!(fetched.digest, format!("sha256:{}", hex(&bytes)));
    assert_eq!(fetched.chart.name(), "demo");
    assert_eq!(server.requests(), 2);

    let lock = LockFile::parse(&first.lock().to_string()).unwrap();
    assert_eq!(&lock, first.lock());
    let again = fetcher(folder.path(), lock)
        .offline()
        .fetch(&source)
        .await
        .unwrap();
    assert!(!again.from_network);
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn bytes_that_changed_upstream_are_refused() {
    let server = Server::start();
    let bytes = archive("demo", "1.2.3");
    repository(&server, &bytes, &hex(&bytes));
    let folder = tempfile::tempdir().unwrap();
    let source = ChartSource::new(server.url(), "demo", "1.2.3").unwrap();
    let mut first = fetcher(folder.path(), LockFile::default());
    first.fetch(&source).await.unwrap();
    let lock = first.lock().clone();

    // Replaced upstream, index and all: the lock file notices.
    let mut other = archive("demo", "1.2.3");
    other.extend(archive("demo", "1.2.3"));
    repository(&server, &other, &hex(&other));
    let elsewhere = tempfile::tempdir().unwrap();
    let error = fetcher(elsewhere.path(), lock)
        .fetch(&source)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            FetchError::Digest {
                by: "mlplat.lock",
                ..
            }
        ),
        "{error}"
    );

    // Damaged on the way: the index notices.
    repository(&server, &other, &hex(&bytes));
    let error = fetcher(elsewhere.path(), LockFile::default())
        .fetch(&source)
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Digest { .. }), "{error}");
}

#[tokio::test]
async fn errors_say_what_is_missing() {
    let server = Server::start();
    let bytes = archive("other", "1.2.3");
    repository(&server, &bytes, &hex(&bytes));
    let folder = tempfile::tempdir().unwrap();
    let source = |version: &str| ChartSource::new(server.url(), "demo", version).unwrap();
    let new = || fetcher(folder.path(), LockFile::default());

    let error = new().fetch(&source("1.2.3")).await.unwrap_err();
    assert!(error.to_string().contains("holds other 1.2.3"), "{error}");
    let error = new().fetch(&source("9.9.9")).await.unwrap_err();
    assert!(matches!(error, FetchError::NotFound { .. }), "{error}");
    let error = new().fetch(&source("2.0.0")).await.unwrap_err();
    assert!(error.to_string().contains("404"), "{error}");
    let error = new().offline().fetch(&source("1.2.3")).await.unwrap_err();
    assert!(error.to_string().contains("vendor"), "{error}");
    let error = new().locked().fetch(&source("1.2.3")).await.unwrap_err();
    assert!(matches!(error, FetchError::NotLocked { .. }), "{error}");
    assert!(ChartSource::new("https://example.com", "demo", "1.2").is_err());
    assert!(ChartSource::new("ftp://example.com", "demo", "1.2.3").is_err());
}

#[tokio::test]
async fn vendored_charts_need_no_network_and_no_cache() {
    let server = Server::start();
    let bytes = archive("demo", "1.2.3");
    repository(&server, &bytes, &hex(&bytes));
    let folder = tempfile::tempdir().unwrap();
    let source = ChartSource::new(server.url(), "demo", "1.2.3").unwrap();
    let mut first = fetcher(folder.path(), LockFile::default());
    first.fetch(&source).await.unwrap();
    let vendor = folder.path().join("vendor");
    let files = first.vendor(&vendor).await.unwrap();
    assert_eq!(files, [vendor.join("demo-1.2.3.tgz")]);

    let empty = tempfile::tempdir().unwrap();
    let mut offline = fetcher(empty.path(), first.lock().clone())
        .offline()
        .vendored(&vendor);
    assert_eq!(offline.fetch(&source).await.unwrap().chart.name(), "demo");

    std::fs::write(&files[0], b"something else").unwrap();
    let error = offline.fetch(&source).await.unwrap_err();
    assert!(matches!(error, FetchError::Digest { .. }), "{error}");
}

#[tokio::test]
async fn a_damaged_cache_is_fetched_again() {
    let server = Server::start();
    let bytes = archive("demo", "1.2.3");
    repository(&server, &bytes, &hex(&bytes));
    let folder = tempfile::tempdir().unwrap();
    let source = ChartSource::new(server.url(), "demo", "1.2.3").unwrap();
    let mut fetcher = fetcher(folder.path(), LockFile::default());
    fetcher.fetch(&source).await.unwrap();
    let kept = folder
        .path()
        .join(format!("cache/sha256/{}.tgz", hex(&bytes)));
    std::fs::write(&kept, b"rot").unwrap();
    assert!(fetcher.fetch(&source).await.unwrap().from_network);
    assert_eq!(std::fs::read(&kept).unwrap(), bytes);
}

#[tokio::test]
async fn a_proxy_is_used_when_it_is_given() {
    // The proxy is the only server there is: the repository's name does not exist.
    let proxy = Server::start();
    let bytes = archive("demo", "1.2.3");
    repository(&proxy, &bytes, &hex(&bytes));
    let folder = tempfile::tempdir().unwrap();
    let network = Network::default().with_proxy(format!("http://{}", proxy.address));
    let source = ChartSource::new("http://repository.invalid/charts", "demo", "1.2.3").unwrap();
    let mut fetcher = Fetcher::new(Cache::new(folder.path()), LockFile::default(), network);
    assert!(fetcher.fetch(&source).await.unwrap().from_network);
    assert_eq!(proxy.requests(), 2);
}

/// Debian's registry on a free port, killed at the end.
struct Registry {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Registry {
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let address = format!("127.0.0.1:{port}");
        let config = folder.path().join("config.yml");
        let storage = folder.path().join("data");
        std::fs::write(
            &config,
            format!(
                "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: \
                 {}}}}}\nhttp: {{addr: '{address}'}}\n",
                storage.display()
            ),
        )
        .unwrap();
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let registry = Self {
            child,
            address,
            _folder: folder,
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(&registry.address).is_err() {
            assert!(Instant::now() < deadline, "the registry did not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(registry)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_chart_comes_from_an_oci_registry() {
    let Some(registry) = Registry::start() else {
        eprintln!("SKIPPED: docker-registry is not installed, OCI fetching is NOT tested");
        assert!(
            std::env::var_os("CI").is_none(),
            "CI has to have docker-registry"
        );
        return;
    };
    let bytes = archive("demo", "1.2.3+build.5");
    push(&registry.address, "charts/demo", "1.2.3_build.5", &bytes).await;
    let folder = tempfile::tempdir().unwrap();
    let network = Network::default().with_plain_registry(registry.address.as_str());
    let repository = format!("oci://{}/charts", registry.address);
    let source = ChartSource::new(repository.as_str(), "demo", "1.2.3+build.5").unwrap();
    let mut fetcher = Fetcher::new(Cache::new(folder.path()), LockFile::default(), network);
    let fetched = fetcher.fetch(&source).await.unwrap();
    assert!(fetched.from_network);
    assert_eq!(fetched.digest, format!("sha256:{}", hex(&bytes)));
    assert!(!fetcher.fetch(&source).await.unwrap().from_network);

    let missing = ChartSource::new(repository.as_str(), "demo", "9.9.9").unwrap();
    let error = fetcher.fetch(&missing).await.unwrap_err();
    assert!(matches!(error, FetchError::NotFound { .. }), "{error}");
}

/// Pushes an archive as `helm push` does.
async fn push(registry: &str, repository: &str, tag: &str, archive: &[u8]) {
    use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = oci_client::Client::new(ClientConfig {
        protocol: ClientProtocol::Http,
        ..ClientConfig::default()
    });
    let reference = format!("{registry}/{repository}:{tag}").parse().unwrap();
    let layer = ImageLayer::new(
        archive.to_vec(),
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip".to_owned(),
        None,
    );
    let config = Config::new(
        br#"{"name":"demo"}"#.to_vec(),
        "application/vnd.cncf.helm.config.v1+json".to_owned(),
        None,
    );
    let auth = oci_client::secrets::RegistryAuth::Anonymous;
    client
        .push(&reference, &[layer], config, &auth, None)
        .await
        .unwrap();
}
