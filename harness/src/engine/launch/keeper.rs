//! Keeps the process that keeps a private daemon.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

/// A process that the kernel kills when Lockstep ends, in whatever way, and with it everything in its namespaces.
///
/// The kernel's parent-death signal is bound to the *thread* that started the process, not to its process. A thread of tokio's
/// pool ends when it was idle for a while, and would take the daemon along. So each daemon has a thread of its own that starts it
/// and then only waits until the keeper is dropped.
pub(super) struct Keeper {
    child: Mutex<Child>,
    /// The thread ends when this does.
    _thread: Sender<()>,
}

impl Keeper {
    /// Starts the program with its arguments in namespaces of its own, below a shell that runs `script`.
    pub fn start(
        script: &str,
        arguments: &[String],
        environment: &[(String, String)],
        log: std::fs::File,
    ) -> std::io::Result<Keeper> {
        let errors = log.try_clone()?;
        let mut command = Command::new("setpriv");
        command.args([
            "--pdeathsig",
            "KILL",
            "unshare",
            "--mount",
            "--net",
            "--pid",
            "--ipc",
            "--uts",
            "--fork",
            "--kill-child",
        ]);
        command.args(["--mount-proc", "sh", "-c", script, "lockstep"]).args(arguments);
        command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
        // A group of its own: Ctrl-C at the terminal ends Lockstep, which then ends its daemons in order.
        command.stdin(Stdio::null()).stdout(log).stderr(errors).process_group(0).current_dir("/");
        let (hold, held) = channel::<()>();
        let (tell, told) = channel();
        std::thread::Builder::new().name("daemon".to_owned()).spawn(move || spawn_and_stay(command, &tell, &held))?;
        let child = told.recv().map_err(|_| std::io::Error::other("the daemon's thread ended"))??;
        Ok(Keeper { child: Mutex::new(child), _thread: hold })
    }

    /// The process that holds the namespaces.
    pub fn pid(&self) -> u32 {
        self.child().id()
    }

    /// How it ended, if it did.
    pub fn ended(&self) -> Option<ExitStatus> {
        self.child().try_wait().ok().flatten()
    }

    /// Kills it and waits for its end.
    pub fn kill(&self) {
        let mut child = self.child();
        let _ = child.kill();
        let _ = child.wait();
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn spawn_and_stay(mut command: Command, tell: &Sender<std::io::Result<Child>>, held: &Receiver<()>) {
    let spawned = command.spawn();
    let started = spawned.is_ok();
    if tell.send(spawned).is_ok() && started {
        // Nothing is ever sent: this returns when the keeper is dropped.
        let _ = held.recv();
    }
}
