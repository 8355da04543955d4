//! A home folder in which the command runs, and what came of a run.

use std::{
    fmt, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::{json, Value};

/// The project's folder.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project").to_owned()
}

pub(crate) fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let folder = test.parent().and_then(Path::parent).expect("target/debug/deps");
    folder.join(name)
}

/// A home folder in which the command runs. A node that was started in it ends with it.
pub(crate) struct Home {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) port: u16,
}

/// How a run ended.
pub(crate) struct Run {
    pub(crate) line: String,
    pub(crate) code: i32,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\nends with {}\n{}{}", self.line, self.code, self.output, self.errors)
    }
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // A port that is free now; the node takes it later.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        Self { folder, port }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(program("florin"));
        command.args(words(line)).current_dir(self.folder.path()).stdin(Stdio::null());
        let ours = ["FLORIN_NETWORK", "FLORIN_URL", "FLORIN_ACCOUNT", "FLORIN_ADDRESSES", "FLORIN_CONFIG_DIR"];
        for name in ours.into_iter().chain(["FLORIN_STATE_DIR", "FLORIN_NODE", "XDG_CONFIG_HOME", "XDG_STATE_HOME"]) {
            command.env_remove(name);
        }
        // The node's compiled runtime is the same whoever runs it.
        if let Some(cache) = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
        {
            command.env("XDG_CACHE_HOME", cache);
        }
        command.env("HOME", self.folder.path()).env("FLORIN_CONTRACTS", project().join("target/contracts"));
        command
    }

    pub(crate) fn run(&self, line: &str) -> Run {
        run(self.command(line))
    }

    /// Runs a command that succeeds; what it says to programs.
    pub(crate) fn ok(&self, line: &str) -> Value {
        answer(&self.run(&format!("{line} --yes --json --quiet")))
    }

    /// The same in several processes at once.
    pub(crate) fn ok_at_once(&self, line: &str, processes: usize) -> Vec<Value> {
        let line = format!("{line} --yes --json --quiet");
        let start = |_| {
            let mut command = self.command(&line);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("florin starts")
        };
        let children: Vec<_> = (0..processes).map(start).collect();
        // All of them end before one is judged.
        let ended = children.into_iter().map(|child| child.wait_with_output().expect("it ends"));
        let runs: Vec<Run> = ended.map(|output| ended_run(line.clone(), output)).collect();
        runs.iter().map(answer).collect()
    }

    /// Runs a command that fails, once for programs and once for people; the error's details. It has to say what to do next.
    pub(crate) fn fails(&self, line: &str, exit: i32, code: &str) -> Value {
        self.fails_with(&[], line, exit, code)
    }

    /// The same with an environment.
    pub(crate) fn fails_with(&self, environment: &[(&str, &Path)], line: &str, exit: i32, code: &str) -> Value {
        let start = |line: &str| {
            let mut command = self.command(line);
            command.envs(environment.iter().copied());
            run(command)
        };
        let run = start(&format!("--json {line}"));
        let answer: Value = serde_json::from_str(&run.output).unwrap_or_else(|error| panic!("{error}: {run:?}"));
        let error = &answer["error"];
        assert_eq!((run.code, error["code"].as_str()), (exit, Some(code)), "{run:?}");
        assert_eq!((&answer["schema_version"], &answer["success"]), (&json!(1), &json!(false)), "{run:?}");
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.len() > 10 && !message.contains('\n'), "one clear sentence: {run:?}");
        assert!(error["details"].is_object(), "{run:?}");
        let hint = error["hint"].as_str().unwrap_or_default();
        assert!(!hint.trim().is_empty() || message.contains("; "), "it says what to do next: {run:?}");

        let told = start(line);
        assert_eq!((told.code, told.output.as_str()), (exit, ""), "{told:?}");
        assert!(told.errors.contains(&format!("error: {code}\n  {message}\n")), "{told:?}");
        assert!(hint.is_empty() || told.errors.ends_with(&format!("  next: {hint}\n")), "{told:?}");
        error["details"].clone()
    }

    pub(crate) fn start_node(&self) -> Value {
        self.ok(&format!("node start --clock manual --sealing instant --rpc-port {}", self.port))
    }

    pub(crate) fn block(&self) -> Value {
        self.ok("node status")["block"].clone()
    }

    /// The project's plan, changed, as a file.
    pub(crate) fn plan(&self, name: &str, change: impl Fn(&str) -> String) -> String {
        let text = fs::read_to_string(project().join("scripts/deploy.toml")).expect("the project's plan");
        fs::write(self.path(name), change(&text)).expect("written");
        name.to_owned()
    }

    /// A changed copy of the address book, as a file.
    pub(crate) fn book(&self, name: &str, change: impl Fn(&mut Value)) -> String {
        let text = fs::read_to_string(self.path("addresses/dev.json")).expect("the address book");
        let mut book = serde_json::from_str(&text).expect("JSON");
        change(&mut book);
        fs::write(self.path(name), book.to_string()).expect("written");
        name.to_owned()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Where the test has failed on its way.
        let _ = self.command("node stop").stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// The arguments of a line: what stands between spaces, structures whole.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut depth = 0;
    for found in line.chars() {
        match found {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if found.is_whitespace() && depth == 0 {
            words.push(String::new());
        } else if let Some(word) = words.last_mut() {
            word.push(found);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn run(mut command: Command) -> Run {
    let output = command.output().expect("florin starts; scripts/build makes it");
    ended_run(format!("{command:?}"), output)
}

/// What a command that succeeded says to programs.
fn answer(run: &Run) -> Value {
    assert_eq!((run.code, run.errors.as_str()), (0, ""), "{run:?}");
    assert_eq!(run.output.lines().count(), 1, "{run:?}");
    let answer: Value = serde_json::from_str(&run.output).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    assert_eq!((&answer["schema_version"], &answer["success"]), (&json!(1), &json!(true)), "{run:?}");
    answer["data"].clone()
}

fn ended_run(line: String, output: Output) -> Run {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Run { line, code: output.status.code().unwrap_or(-1), output: text(output.stdout), errors: text(output.stderr) }
}
