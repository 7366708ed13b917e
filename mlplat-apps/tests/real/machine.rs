//! What there is on this machine: tools, a folder, free ports.

use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// `nobody` and `nogroup` of Debian: database servers refuse to run as root.
const NOBODY: u32 = 65_534;

pub(crate) struct Machine {
    dir: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // Servers that run as somebody else have to get in.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(dir.path(), open).unwrap();
        Self { dir }
    }

    /// A path below the test's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// An empty folder of the test's own.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    /// What the task that runs these tests has prepared.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        let found = std::env::var_os(name);
        let found =
            found.unwrap_or_else(|| panic!("{name} names no tool: run `cargo xtask test apps`"));
        found.into()
    }

    /// The programs of the image that MLflow runs in.
    pub(crate) fn image(&self) -> PathBuf {
        self.tool("MLPLAT_APPS_IMAGE").join("bin")
    }

    /// The programs of an image without drivers.
    pub(crate) fn bare_image(&self) -> PathBuf {
        self.tool("MLPLAT_APPS_BARE_IMAGE").join("bin")
    }

    /// A port of the loopback interface that nobody has.
    pub(crate) fn port(&self) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    }

    /// A command that runs as an ordinary user, whoever runs the test.
    pub(crate) fn unprivileged(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "QUIT"]);
        if is_root() {
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
        }
        command.arg("--").arg(program);
        command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }

    /// Gives a file or folder to the user of [`Self::unprivileged`].
    pub(crate) fn give_away(&self, path: &Path) {
        if is_root() {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
