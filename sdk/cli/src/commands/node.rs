//! `florin node`: a development node in the background, and its clock.

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use florin_client::{
    chain::{Block, Chain, DevChain},
    node::NodeChain,
};
use serde::{Deserialize, Serialize};

use crate::{
    arguments::{Clock, NodeCommand, StartArguments},
    error::CliError,
    exit::Exit,
    moment,
    output::{Answer, Output},
    places,
    record::Record,
    send::wait_for,
    session::Settings,
};

/// Names the node's program where it is not next to this one.
pub(crate) const PROGRAM_VARIABLE: &str = "FLORIN_NODE";
const PROGRAM: &str = "florin-node";
/// How often something that takes time is looked at.
const POLL: Duration = Duration::from_millis(100);
/// How long a node may take to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(30);
/// Lines of the log that an error shows.
const LOG_LINES: usize = 12;

/// A node that was started, as the state folder remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Started {
    pid: u32,
    /// When the process began, as the system counts; tells it from a later process with the same number.
    began: Option<u64>,
    url: String,
    log: PathBuf,
    base_path: Option<PathBuf>,
}

/// The development node cannot be managed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NodeError {
    /// One runs already.
    #[error("a node runs already at {url} (process {pid}); stop it with florin node stop, or use another {} for a second one",
        places::STATE_VARIABLE)]
    AlreadyRunning {
        /// Where it listens.
        url: String,
        /// Its process.
        pid: u32,
    },
    /// Somebody else listens there.
    #[error("port {port} is taken by another program; give another with --rpc-port")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// There is no program.
    #[error("there is no {} at {}; build it with scripts/build, or set {PROGRAM_VARIABLE}", PROGRAM, path.display())]
    NoProgram {
        /// Where it should be.
        path: PathBuf,
    },
    /// A text is no sealing.
    #[error("{text:?} is no sealing; use instant, manual or interval=MILLISECONDS")]
    Sealing {
        /// The text.
        text: String,
    },
    /// It ended right away.
    #[error("the node ended before it answered; its log {} ends with:\n{tail}", log.display())]
    Ended {
        /// Its log.
        log: PathBuf,
        /// The last lines of it.
        tail: String,
    },
    /// It does not answer.
    #[error("the node at {url} has not answered for {seconds} s; its log is {}", log.display())]
    Silent {
        /// Where it should answer.
        url: String,
        /// How long it was waited for.
        seconds: u64,
        /// Its log.
        log: PathBuf,
    },
    /// It does not stop.
    #[error("the node (process {pid}) was told to stop {seconds} s ago and still runs")]
    WillNotStop {
        /// Its process.
        pid: u32,
        /// How long it was waited for.
        seconds: u64,
    },
    /// None runs.
    #[error("no node runs that florin node start has started")]
    NotRunning,
}

impl NodeError {
    /// The code that programs can rely on.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::AlreadyRunning { .. } => "NODE_RUNNING",
            Self::PortTaken { .. } => "PORT_TAKEN",
            Self::NoProgram { .. } => "NO_NODE_PROGRAM",
            Self::Sealing { .. } => "INVALID_SEALING",
            Self::Ended { .. } => "NODE_ENDED",
            Self::Silent { .. } => "NODE_SILENT",
            Self::WillNotStop { .. } => "NODE_WILL_NOT_STOP",
            Self::NotRunning => "NODE_NOT_RUNNING",
        }
    }

    /// How the program exits.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Ended { .. } | Self::WillNotStop { .. } => Exit::Internal,
            Self::Silent { .. } => Exit::Unreachable,
            _ => Exit::Usage,
        }
    }
}

/// Runs a command. A node is started, stopped and looked at whatever the settings say; `settings` are for what goes to the network's
/// node.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(
    settings: impl FnOnce() -> Result<Settings, CliError>,
    output: &Output,
    command: &NodeCommand,
) -> Result<Answer, CliError> {
    match command {
        NodeCommand::Start(arguments) => start(output, arguments).await,
        NodeCommand::Stop => stop().await,
        NodeCommand::Status => status().await,
        NodeCommand::Seal => Ok(block_answer(settings()?.connect().await?.chain().seal().await?)),
        NodeCommand::Advance { span } => {
            let seconds = moment::parse_span(span)?;
            Ok(block_answer(settings()?.connect().await?.chain().advance_seconds(seconds).await?))
        }
        NodeCommand::SetTime { time } => {
            let milliseconds = moment::parse(time)?.saturating_mul(1_000);
            let session = settings()?.connect().await?;
            let now = session.chain().head().await?.timestamp_ms;
            if milliseconds < now {
                return Err(moment::MomentError::Past { text: time.clone(), now: now / 1_000 }.into());
            }
            Ok(block_answer(session.chain().set_time_ms(milliseconds).await?))
        }
    }
}

/// Where the node listens that was started here, while it runs.
pub(crate) fn running_url() -> Option<String> {
    running().ok().flatten().map(|started| started.url)
}

async fn start(output: &Output, arguments: &StartArguments) -> Result<Answer, CliError> {
    if let Some(started) = running()? {
        return Err(NodeError::AlreadyRunning { url: started.url, pid: started.pid }.into());
    }
    let sealing = sealing(&arguments.sealing)?;
    let patience = Duration::from_secs(moment::parse_span(&arguments.timeout)?);
    let start_time = arguments.start_time.as_deref().map(moment::parse).transpose()?;
    let program = program();
    if !program.is_file() {
        return Err(NodeError::NoProgram { path: program }.into());
    }
    // A node whose port is taken picks another one without a word.
    let port = arguments.rpc_port;
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|_| NodeError::PortTaken { port })?;

    let folder = places::state()?;
    std::fs::create_dir_all(&folder).map_err(|cause| system("make the folder of state", &folder, &cause))?;
    let log = folder.join("node.log");
    let writer = File::create(&log).map_err(|cause| system("write", &log, &cause))?;
    let errors = writer.try_clone().map_err(|cause| system("write", &log, &cause))?;
    let clock = match arguments.clock {
        Clock::System => "system",
        Clock::Manual => "manual",
    };
    let mut command = Command::new(&program);
    command
        .args(["--dev", "--no-prometheus", "--port", "0", "--rpc-port", &port.to_string()])
        .args(["--sealing", &sealing, "--clock", clock])
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(errors);
    if let Some(seconds) = start_time {
        command.args(["--start-time", &seconds.saturating_mul(1_000).to_string()]);
    }
    let base_path = match &arguments.base_path {
        Some(path) => Some(std::path::absolute(path).map_err(|cause| system("use", path, &cause))?),
        None => None,
    };
    if let Some(path) = &base_path {
        command.arg("--base-path").arg(path);
    }
    // It goes on when the terminal is closed or interrupted.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|cause| system("start", &program, &cause))?;
    let started = Started {
        pid: child.id(),
        began: process_start(child.id()),
        url: format!("ws://127.0.0.1:{port}"),
        log,
        base_path,
    };
    save(&folder, &started)?;
    let block = match wait_for(output, "waiting for the node", answer_of(&mut child, &started, patience)).await {
        Ok(block) => block,
        Err(error) => {
            // What does not answer is not left behind.
            let _ = child.kill().and_then(|()| child.wait());
            let _ = std::fs::remove_file(state_file(&folder));
            return Err(error);
        }
    };
    Ok(Answer::facts(&facts(&started, Some(block))))
}

async fn answer_of(child: &mut Child, started: &Started, patience: Duration) -> Result<Block, CliError> {
    let deadline = Instant::now() + patience;
    loop {
        if child.try_wait().ok().flatten().is_some() {
            let text = std::fs::read_to_string(&started.log).unwrap_or_default();
            return Err(NodeError::Ended { log: started.log.clone(), tail: last_lines(&text) }.into());
        }
        if let Ok(chain) = NodeChain::connect(&started.url).await {
            return Ok(chain.head().await?);
        }
        if Instant::now() > deadline {
            let (url, log) = (started.url.clone(), started.log.clone());
            return Err(NodeError::Silent { url, seconds: patience.as_secs(), log }.into());
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn stop() -> Result<Answer, CliError> {
    let folder = places::state()?;
    let Some(started) = running()? else {
        let _ = std::fs::remove_file(state_file(&folder));
        return Err(NodeError::NotRunning.into());
    };
    signal(started.pid, "TERM")?;
    let deadline = Instant::now() + STOP_PATIENCE;
    while is_alive(&started) {
        if Instant::now() > deadline {
            let seconds = STOP_PATIENCE.as_secs();
            return Err(NodeError::WillNotStop { pid: started.pid, seconds }.into());
        }
        tokio::time::sleep(POLL).await;
    }
    let _ = std::fs::remove_file(state_file(&folder));
    let record = Record::new().flag("running", "running", false).number("pid", "process", started.pid.into());
    Ok(Answer::new(record.to_json(), format!("Stopped the node at {} (process {})", started.url, started.pid)))
}

async fn status() -> Result<Answer, CliError> {
    let Some(started) = running()? else {
        return Ok(Answer::new(Record::new().flag("running", "running", false).to_json(), "No node is running"));
    };
    let block = match NodeChain::connect(&started.url).await {
        Ok(chain) => Some(chain.head().await?),
        // It may still be starting.
        Err(_) => None,
    };
    Ok(Answer::facts(&facts(&started, block)))
}

fn facts(started: &Started, block: Option<Block>) -> Record {
    let record = Record::new()
        .flag("running", "running", true)
        .text("url", "node", started.url.clone())
        .number("pid", "process", started.pid.into())
        .text("log", "log", started.log.display().to_string())
        .optional_text(
            "base_path",
            "kept in",
            started.base_path.as_ref().map(|path| path.display().to_string()),
            "nothing; the chain is gone when the node stops",
        );
    match block {
        Some(block) => record.flag("answers", "answers", true).and(block_facts(block)),
        None => record.flag("answers", "answers", false),
    }
}

fn block_answer(block: Block) -> Answer {
    Answer::facts(&block_facts(block))
}

fn block_facts(block: Block) -> Record {
    Record::new().number("block", "block", block.number).text("hash", "hash", format!("{:?}", block.hash)).moment(
        "time",
        "time",
        block.timestamp_ms / 1_000,
    )
}

/// What the node calls a sealing.
fn sealing(text: &str) -> Result<String, NodeError> {
    let number = text.strip_prefix("interval=").unwrap_or(text);
    match text {
        "instant" | "manual" => Ok(text.to_owned()),
        _ if number.parse::<u64>().is_ok_and(|milliseconds| milliseconds > 0) => Ok(number.to_owned()),
        _ => Err(NodeError::Sealing { text: text.to_owned() }),
    }
}

fn program() -> PathBuf {
    if let Some(path) = std::env::var_os(PROGRAM_VARIABLE).filter(|path| !path.is_empty()) {
        return PathBuf::from(path);
    }
    let here = std::env::current_exe().unwrap_or_default();
    here.with_file_name(PROGRAM).with_extension(std::env::consts::EXE_EXTENSION)
}

fn state_file(folder: &Path) -> PathBuf {
    folder.join("node.json")
}

fn save(folder: &Path, started: &Started) -> Result<(), CliError> {
    let path = state_file(folder);
    let text = serde_json::to_vec_pretty(started)
        .map_err(|error| CliError::System { act: "write the node's state".to_owned(), cause: error.to_string() })?;
    std::fs::write(&path, text).map_err(|cause| system("write", &path, &cause))
}

/// The node that was started here, if it still runs. A file that cannot be read is of no node.
fn running() -> Result<Option<Started>, CliError> {
    let path = state_file(&places::state()?);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(system("read", &path, &cause)),
    };
    let started: Option<Started> = serde_json::from_slice(&text).ok();
    Ok(started.filter(is_alive))
}

fn is_alive(started: &Started) -> bool {
    match (process_start(started.pid), started.began) {
        (Some(now), Some(then)) => now == then,
        // A system without /proc.
        (None, None) => signal(started.pid, "0").is_ok(),
        _ => false,
    }
}

/// When a process began, in the system's ticks; none where it has ended, or where the system does not tell.
fn process_start(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    read_process_start(&text)
}

/// The 22nd field of a process's line; its second, the program's name, may hold anything but ends with the last bracket.
fn read_process_start(line: &str) -> Option<u64> {
    let (_, rest) = line.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    match fields.first() {
        // Ended, and not yet collected by its parent.
        Some(&"Z") => None,
        _ => fields.get(19)?.parse().ok(),
    }
}

/// The shell's own `kill` is there where the program of that name is not.
fn signal(pid: u32, name: &str) -> Result<(), CliError> {
    let script = format!("kill -{name} {pid}");
    let outcome = Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).status();
    let failed = |cause: String| CliError::System { act: format!("signal the node (process {pid})"), cause };
    match outcome {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(failed("there is no such process, or it belongs to somebody else".to_owned())),
        Err(cause) => Err(failed(cause.to_string())),
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}

fn system(act: &str, path: &Path, cause: &std::io::Error) -> CliError {
    CliError::System { act: format!("{act} {}", path.display()), cause: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealings_are_read() {
        assert_eq!(sealing("instant").as_deref(), Ok("instant"));
        assert_eq!(sealing("manual").as_deref(), Ok("manual"));
        assert_eq!(sealing("interval=1000").as_deref(), Ok("1000"));
        assert_eq!(sealing("500").as_deref(), Ok("500"));
        for text in ["", "0", "interval=", "often"] {
            assert_eq!(sealing(text), Err(NodeError::Sealing { text: text.to_owned() }));
        }
    }

    #[test]
    fn a_process_is_known_by_when_it_began() {
        let line = "42 (a) b)) S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 1 2 3";
        assert_eq!(read_process_start(line), Some(123_456));
        assert_eq!(read_process_start(&line.replace(" S ", " Z ")), None);
        assert_eq!(read_process_start(""), None);
    }

    #[test]
    fn the_end_of_a_log_is_shown() {
        let text: String = (0..20).map(|number| format!("{number}\n")).collect();
        assert_eq!(last_lines(&text).lines().next(), Some("8"));
        assert_eq!(last_lines(""), "");
    }
}
