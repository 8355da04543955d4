//! The command `florin`: deployment, positions, coin, prices, trade credits, proposals and votes, and any other contract by its
//! metadata.
//! Everything that it does goes through the SDK; this crate reads the command line and writes what came of it.

mod amount;
mod arguments;
mod commands;
mod erc20;
mod error;
mod exit;
mod expand;
mod files;
mod moment;
mod network;
mod output;
mod party;
mod pay;
mod places;
mod record;
mod refusal;
mod send;
mod session;
mod wallet;
mod words;

use std::process::ExitCode;

use clap::{error::ErrorKind, Parser};
use tracing_subscriber::EnvFilter;

use crate::{
    arguments::{Cli, Command},
    error::CliError,
    exit::Exit,
    output::{Answer, Output},
    session::Settings,
};

/// Names what is logged to standard error, as `tracing` filters are written; nothing where it is not set.
pub(crate) const LOG_VARIABLE: &str = "FLORIN_LOG";

fn main() -> ExitCode {
    let exit = match Cli::try_parse() {
        Ok(cli) => start(cli),
        Err(error) => not_understood(&error),
    };
    ExitCode::from(exit.code())
}

/// What a command has to say.
enum Said {
    /// A result.
    Answer(Answer),
    /// A result that is none to rely on: it is printed, and the program exits so.
    Finding(Answer, Exit),
    /// A page of help, whatever form results have.
    Page(String),
}

fn start(cli: Cli) -> Exit {
    let output = Output::new(cli.global.json, cli.global.quiet);
    if let Ok(filter) = EnvFilter::try_from_env(LOG_VARIABLE) {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(Box::pin(run(cli, output))),
        Err(cause) => Err(CliError::System { act: "start the runtime of tasks".to_owned(), cause: cause.to_string() }),
    };
    match outcome {
        Ok(Said::Answer(answer)) => {
            output.finish(&answer);
            Exit::Success
        }
        Ok(Said::Finding(answer, exit)) => {
            output.finish(&answer);
            exit
        }
        Ok(Said::Page(text)) => {
            output.page(&text);
            Exit::Success
        }
        Err(error) => {
            output.fail(&error);
            error.exit()
        }
    }
}

async fn run(cli: Cli, output: Output) -> Result<Said, CliError> {
    let settings = || Settings::new(cli.global.clone(), output);
    let answer = match &cli.command {
        Command::Help { topic } => return Ok(Said::Page(commands::help::topic(topic)?)),
        Command::HelpMd => return Ok(Said::Page(commands::help::markdown())),
        Command::Doctor => {
            let (answer, exit) = commands::doctor::run(settings()?).await?;
            return Ok(Said::Finding(answer, exit));
        }
        Command::Network(command) => commands::network::run(command).await?,
        Command::Node(command) => commands::node::run(settings, &output, command).await?,
        Command::Deploy(arguments) => commands::deploy::run(settings()?, arguments).await?,
        Command::Vault(command) => commands::vault::run(settings()?, command).await?,
        Command::Token(command) => commands::token::run(settings()?, command).await?,
        Command::Oracle(command) => commands::oracle::run(settings()?, command).await?,
        Command::Escrow(command) => commands::escrow::run(settings()?, command).await?,
        Command::Title(command) => commands::title::run(settings()?, command).await?,
        Command::Arbitration(command) => commands::arbitration::run(settings()?, command).await?,
        Command::Document(command) => commands::document::run(settings, command).await?,
        Command::Leg(command) => commands::leg::run(settings, command).await?,
        Command::Gov(command) => commands::gov::run(settings()?, command).await?,
        Command::Upgrade(command) => {
            let (answer, exit) = commands::upgrade::run(settings()?, command).await?;
            return Ok(Said::Finding(answer, exit));
        }
        Command::Audit(command) => {
            let (answer, exit) = commands::audit::run(settings()?, command).await?;
            return Ok(Said::Finding(answer, exit));
        }
        Command::Call(arguments) => commands::message::call(settings()?, arguments).await?,
        Command::Read(arguments) => commands::message::read(settings()?, arguments).await?,
        Command::Contract(command) => commands::message::contract(settings()?, command).await?,
        Command::Account(command) => commands::account::run(settings()?, command).await?,
    };
    Ok(Said::Answer(answer))
}

/// Help that was asked for, or a command line that cannot be read.
fn not_understood(error: &clap::Error) -> Exit {
    // The command line could not be read, so its options are looked for by hand.
    let asked = |option: &str| std::env::args_os().skip(1).take_while(|text| text != "--").any(|text| text == option);
    let output = Output::new(asked("--json"), false);
    let rendered = error.render().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output.page(&rendered);
            Exit::Success
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !asked("--json") => {
            output.note(&rendered);
            Exit::Usage
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let error = CliError::CommandLine { message: "a command is missing".to_owned() };
            output.fail(&error);
            error.exit()
        }
        _ => {
            let error = CliError::CommandLine { message: sentence(&rendered) };
            output.fail(&error);
            error.exit()
        }
    }
}

/// What is wrong, without the usage and the pointer to help that follow.
fn sentence(rendered: &str) -> String {
    let text = rendered.strip_prefix("error: ").unwrap_or(rendered);
    let end = text.find("\n\nUsage:").or_else(|| text.find("\n\nFor more")).unwrap_or(text.len());
    let lines: Vec<&str> = text[..end].lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_mistake_is_one_sentence() {
        let error = Cli::try_parse_from(["florin", "vault", "draw", "x", "1"]).expect_err("no number");
        let text = sentence(&error.render().to_string());
        assert!(text.starts_with("invalid value 'x' for '<POSITION>'"), "{text}");
        assert!(!text.contains('\n') && !text.contains("Usage"), "{text}");
        let error = Cli::try_parse_from(["florin", "vault", "drw"]).expect_err("no command");
        let text = sentence(&error.render().to_string());
        assert!(text.contains("draw") && !text.contains("Usage"), "{text}");
    }
}
