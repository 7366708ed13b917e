//! What mlplat-apps renders, started for real: MLflow, its proxy and its
//! databases on this machine.
//!
//! The tools come once per machine: MLflow and a server that speaks S3 from
//! PyPI into private environments, PostgreSQL, MariaDB and Caddy from Debian.
//! The test runs in namespaces of its own where the machine allows that: a
//! network that has nothing but a loopback interface, and a tree of processes
//! that ends with its root.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::python;
use crate::stage::{cargo, root, say, succeed};

/// Nothing in the test takes this long; what does hangs.
const LIMIT_S: &str = "900";

/// Starts everything and lets a client log a run.
///
/// # Errors
/// When a tool cannot be had although it has to (as root, and in CI), or the
/// test fails.
pub(crate) fn run() -> Result<(), String> {
    let Some(servers) = servers()? else {
        return Ok(());
    };
    let bare = python::environment("mlflow", &requirements("mlflow"))?;
    let image = python::environment("mlflow-drivers", &requirements("drivers"))?;
    build_upon(&image, &bare)?;
    put(&image, &servers.caddy)?;
    let s3 = python::environment("s3", &requirements("s3"))?;
    let test = [
        "nextest",
        "run",
        "--package",
        "mlplat-apps",
        "--test",
        "real",
    ];
    succeed(cargo(&test).args(["--no-run", "--cargo-quiet"]))?;
    let mut command = isolated();
    // One at a time: each has a database, a server and a client.
    let run = [
        "--run-ignored",
        "only",
        "--test-threads",
        "1",
        "--no-fail-fast",
    ];
    command
        .arg(cargo(&[]).get_program())
        .args(test)
        .args(run)
        .args(["--cargo-quiet", "--offline"])
        .env("MLPLAT_APPS_IMAGE", image)
        .env("MLPLAT_APPS_BARE_IMAGE", bare)
        .env("MLPLAT_APPS_S3", s3)
        .env("MLPLAT_APPS_POSTGRES", &servers.postgres)
        .env("MLPLAT_APPS_MARIADB", &servers.mariadb)
        .env("MLPLAT_APPS_MARIADB_INIT", &servers.mariadb_init);
    succeed(&mut command)
}

fn requirements(name: &str) -> PathBuf {
    let folder = root().join("xtask").join("apps");
    folder.join(format!("{name}.txt"))
}

/// Lets an environment see the packages of another one, as a layer of an image
/// does, and gives it the command `mlflow`.
fn build_upon(image: &Path, base: &Path) -> Result<(), String> {
    let failed = |why: std::io::Error| format!("{}: {why}", image.display());
    let packages = packages(base)?;
    fs::write(
        self::packages(image)?.join("base.pth"),
        packages.display().to_string(),
    )
    .map_err(failed)?;
    let python = image.join("bin").join("python");
    let script = image.join("bin").join("mlflow");
    let text = format!(
        "#!{}\nfrom mlflow.cli import cli\n\ncli()\n",
        python.display()
    );
    fs::write(&script, text).map_err(failed)?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(failed)
}

/// Puts a program into an environment.
fn put(image: &Path, program: &Path) -> Result<(), String> {
    let name = program.file_name().unwrap_or_default();
    let link = image.join("bin").join(name);
    match symlink(program, &link) {
        Err(why) if why.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(format!("{}: {why}", link.display()))
        }
        _ => Ok(()),
    }
}

/// The folder of an environment's packages.
fn packages(environment: &Path) -> Result<PathBuf, String> {
    let lib = environment.join("lib");
    let versions = fs::read_dir(&lib).map_err(|why| format!("{}: {why}", lib.display()))?;
    let mut found = versions
        .flatten()
        .map(|version| version.path().join("site-packages"));
    found
        .find(|packages| packages.is_dir())
        .ok_or_else(|| format!("{} has no packages", environment.display()))
}

/// The servers of Debian.
struct Servers {
    /// The folder of PostgreSQL's programs.
    postgres: PathBuf,
    mariadb: PathBuf,
    mariadb_init: PathBuf,
    caddy: PathBuf,
}

/// The packages; those of the databases without what would start a service of
/// MariaDB.
const PACKAGES: [&str; 4] = [
    "postgresql",
    "mariadb-server-core",
    "mariadb-client-core",
    "openssl",
];

/// The servers, installed when they are not there and this is root; nothing
/// when they cannot be had, which is said aloud and no excuse in CI.
fn servers() -> Result<Option<Servers>, String> {
    if let Some(servers) = find() {
        return Ok(Some(servers));
    }
    let is_root = output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if is_root {
        let apt = |args: &[&str]| {
            let mut apt = Command::new("apt-get");
            succeed(apt.args(args).env("DEBIAN_FRONTEND", "noninteractive"))
        };
        apt(&["update", "-qq"])?;
        let install = ["install", "-qq", "--yes", "--no-install-recommends"];
        apt(&[&install[..], &PACKAGES[..]].concat())?;
    }
    caddy()?;
    match find() {
        Some(servers) => Ok(Some(servers)),
        None if std::env::var_os("CI").is_some() || is_root => Err(format!(
            "PostgreSQL, MariaDB or Caddy are missing: {PACKAGES:?}"
        )),
        None => {
            say(&format!(
                "SKIPPED: no root, and not all of {} and caddy are installed; MLflow was NOT started",
                PACKAGES.join(", ")
            ));
            Ok(None)
        }
    }
}

fn find() -> Option<Servers> {
    which("openssl")?;
    Some(Servers {
        postgres: postgres()?,
        mariadb: which("mariadbd")?,
        mariadb_init: which("mariadb-install-db")?,
        caddy: which("caddy").or_else(|| Some(unpacked()).filter(|file| file.is_file()))?,
    })
}

/// The programs of the newest PostgreSQL.
fn postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions
        .map(|version| version.path())
        .max_by_key(|path| number(path))?;
    let bin = newest.join("bin");
    bin.join("initdb").is_file().then_some(bin)
}

/// A program; also one that is for administrators.
fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/bin".into()]);
    folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Where Caddy's package is unpacked: the package itself would start a server
/// on port 80.
fn unpacked() -> PathBuf {
    python::cache().join("caddy").join("usr/bin/caddy")
}

/// Gets Caddy, which is one program and needs no other package.
fn caddy() -> Result<(), String> {
    if which("caddy").is_some() || unpacked().is_file() || which("apt-get").is_none() {
        return Ok(());
    }
    let folder = python::cache().join("caddy");
    fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let script = "cd \"$1\" && apt-get download -qq caddy && dpkg-deb --extract caddy_*.deb .";
    // Without a list of packages there is nothing to download; the search
    // afterwards says so.
    let mut download = Command::new("sh");
    download.args(["-c", script, "sh"]).arg(&folder);
    let _ = download.status();
    Ok(())
}

/// A command in namespaces of its own, and within a time limit.
fn isolated() -> Command {
    let unshare = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
    let up = "ip link set lo up && exec \"$@\"";
    let enter = || {
        let mut command = Command::new("unshare");
        command.args(unshare).args(["sh", "-c", up, "sh"]);
        command
    };
    // Not by a user namespace: servers that refuse to run as root could not
    // become somebody else in it.
    let mut command = match output(enter().arg("true")) {
        Some(_) => enter(),
        None => {
            say(
                "not isolated: no right to make namespaces; servers listen on loopback all the same",
            );
            Command::new("env")
        }
    };
    command.args(["timeout", "--kill-after=30", LIMIT_S]);
    command
}

/// What a command prints, when it ends well.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}
