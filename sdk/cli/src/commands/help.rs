//! `florin help`: commands and topics, and all of it as Markdown. The reference in `docs/cli.md` is what this makes.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use crate::{arguments::Cli, commands::node::PROGRAM_VARIABLE, error::CliError, exit, output::SCHEMA_VERSION, places};

/// Width of a page of help.
const WIDTH: usize = 110;

/// Something that can be explained besides commands.
struct Topic {
    name: &'static str,
    title: &'static str,
    text: fn() -> String,
    /// Whether its lines are a table, to be shown as they are.
    is_table: bool,
}

const TOPICS: [Topic; 3] = [
    Topic { name: "exit-codes", title: "Exit codes", text: exit_codes, is_table: true },
    Topic { name: "amounts", title: "Amounts, accounts and times", text: amounts, is_table: false },
    Topic { name: "environment", title: "Environment and files", text: environment, is_table: true },
];

/// The page about a command or a topic; all commands where none is named.
///
/// # Errors
/// [`CliError::NoTopic`].
pub(crate) fn topic(path: &[String]) -> Result<String, CliError> {
    if let [name] = path {
        if let Some(topic) = TOPICS.iter().find(|topic| topic.name == name) {
            return Ok(format!("{}\n\n{}", topic.title, (topic.text)()));
        }
    }
    let mut command = complete();
    let mut found = &mut command;
    for name in path {
        found = match found.find_subcommand_mut(name) {
            Some(next) => next,
            None => return Err(CliError::NoTopic { topic: path.join(" ") }),
        };
    }
    Ok(found.render_long_help().to_string())
}

/// The commands, each with its whole name and the global options.
fn complete() -> Command {
    let mut command = Cli::command().term_width(WIDTH);
    command.build();
    command
}

fn exit_codes() -> String {
    format!(
        "{}\n2, 3 and 5 mean that the transaction had no effect. A deployment keeps the steps before the one that failed; it goes \
         on\nwhere it stopped when it is run again. florin doctor exits as the first command would that cannot work.\n",
        exit::table()
    )
}

fn amounts() -> String {
    "Amounts have the unit that the command expects, which may be written after the number: 1.5, 1.5FLRN, \"1.5 FLRN\". Another \
     unit is refused, and so are more digits than the unit has; nothing is rounded. Coin, dollars and vote tokens (FLRV) have \
     18 decimals, native tokens as many as the chain says.\n\n\
     Accounts and contracts are aliases (the contracts of the address book, alice to ferdie, dev:NUMBER, me), SS58 addresses, \
     or 0x and 40 hexadecimal digits (an address) or 64 (an account).\n\n\
     Times are 2020-03-12, 2020-03-12T10:00:00Z or seconds since 1970, in UTC. Spans are 90s, 30m, 12h, 2d or a sum: 1h30m.\n\n\
     In JSON an amount is { \"raw\": \"1500000000000000000\", \"human\": \"1.5 FLRN\" }: raw units as decimal text.\n"
        .to_owned()
}

fn environment() -> String {
    let rows = [
        ("FLORIN_NETWORK", "stands for --network"),
        ("FLORIN_URL", "stands for --url"),
        ("FLORIN_ACCOUNT", "stands for --account; never a secret itself"),
        ("FLORIN_ADDRESSES", "stands for --addresses"),
        (places::CONFIG_VARIABLE, "folder of settings [default: ~/.config/florin]"),
        (places::STATE_VARIABLE, "folder of the running node's number and log [default: ~/.local/state/florin]"),
        (
            florin_client::bundle::FOLDER_VARIABLE,
            "folder of contract bundles [default: target/contracts, here or above]",
        ),
        (PROGRAM_VARIABLE, "program of the development node [default: florin-node next to florin]"),
        (crate::LOG_VARIABLE, "what is logged to standard error, such as florin_client=debug"),
    ];
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter().map(|(name, text)| format!("{name:<width$}  {text}\n")).collect()
}

/// The whole reference as Markdown.
pub(crate) fn markdown() -> String {
    let command = complete();
    let mut page = String::from(
        "# The command line\n\n<!-- Written by `florin help-md`; a test compares them. Change sdk/cli/src/arguments.rs instead. -->\n\n",
    );
    page.push_str(&paragraphs(&command));
    let _ = write!(
        page,
        "\nWith `--json` the result is one line: `{{ \"schema_version\": {SCHEMA_VERSION}, \"success\": true, \"data\": … }}`, or on \
         failure `{{ \"schema_version\": {SCHEMA_VERSION}, \"success\": false, \"error\": {{ \"code\", \"message\", \"details\", \"hint\" }} \
         }}`. Fields are added, never removed or given another meaning, as long as the version stays. Commands that send answer \
         with `sent`, `preview`, `result` and `transaction`; with `--dry-run`, `sent` is false and only the preview is there.\n\n"
    );
    page.push_str("## Global options\n\n");
    page.push_str(&options(&command, true));
    for sub in visible(&command) {
        section(&mut page, sub, 2);
    }
    for Topic { name, title, text, is_table } in TOPICS {
        let _ = write!(page, "\n## {title}\n\n`florin help {name}`\n\n");
        let _ = match is_table {
            true => write!(page, "```text\n{}```\n", text()),
            false => write!(page, "{}", text()),
        };
    }
    page
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| !sub.is_hide_set())
}

fn section(page: &mut String, command: &Command, level: usize) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let _ = write!(page, "\n{} `{name}`\n\n{}", "#".repeat(level), paragraphs(command));
    if command.has_subcommands() {
        for sub in visible(command) {
            section(page, sub, level + 1);
        }
        return;
    }
    let _ = write!(page, "\n```text\n{}\n```\n", usage(command, name));
    let listed = positionals(command) + &options(command, false);
    if !listed.is_empty() {
        let _ = write!(page, "\n{listed}");
    }
}

fn paragraphs(command: &Command) -> String {
    let text = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    let text = text.trim_end();
    if text.ends_with('.') {
        format!("{text}\n")
    } else {
        format!("{text}.\n")
    }
}

/// The command with its own arguments; the global options are the same everywhere.
fn usage(command: &Command, name: &str) -> String {
    let mut usage = name.to_owned();
    if own_options(command, false).next().is_some() {
        usage.push_str(" [OPTIONS]");
    }
    for argument in command.get_positionals() {
        let value = value_name(argument);
        let dots = if argument.get_num_args().is_some_and(|count| count.max_values() > 1) { "..." } else { "" };
        let _ = match argument.is_required_set() {
            true => write!(usage, " <{value}>{dots}"),
            false => write!(usage, " [{value}]{dots}"),
        };
    }
    usage
}

fn own_options(command: &Command, global: bool) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(move |argument| !argument.is_positional() && argument.is_global_set() == global)
        .filter(|argument| !argument.is_hide_set() && !matches!(argument.get_id().as_str(), "help" | "version"))
}

fn value_name(argument: &Arg) -> String {
    match argument.get_value_names() {
        Some([name, ..]) => name.to_string(),
        _ => argument.get_id().as_str().to_uppercase(),
    }
}

fn positionals(command: &Command) -> String {
    command.get_positionals().map(|argument| format!("- `{}`: {}\n", value_name(argument), about(argument))).collect()
}

fn options(command: &Command, global: bool) -> String {
    let line = |argument: &Arg| {
        let mut name = argument.get_long().map(|long| format!("--{long}")).unwrap_or_default();
        if let Some(short) = argument.get_short() {
            name = format!("-{short}, {name}");
        }
        if argument.get_action().takes_values() {
            let _ = write!(name, " <{}>", value_name(argument));
        }
        format!("- `{name}`: {}\n", about(argument))
    };
    own_options(command, global).map(line).collect()
}

fn about(argument: &Arg) -> String {
    let text = argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // What is no fixed value is said in the text itself.
    if let Some((what, default)) =
        text.rsplit_once(" [default: ").and_then(|(what, it)| Some((what, it.strip_suffix(']')?)))
    {
        text = format!("{what}. Default: {default}");
    }
    if !text.ends_with('.') {
        text.push('.');
    }
    if argument.get_action().takes_values() {
        let choices: Vec<String> = argument
            .get_possible_values()
            .iter()
            .map(|choice| match choice.get_help() {
                Some(help) => format!("`{}` ({})", choice.get_name(), lower(&help.to_string())),
                None => format!("`{}`", choice.get_name()),
            })
            .collect();
        if !choices.is_empty() {
            let _ = write!(text, " One of {}.", choices.join(", "));
        }
        let defaults: Vec<String> =
            argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
        if !defaults.is_empty() {
            let _ = write!(text, " Default: `{}`.", defaults.join(" "));
        }
        if let Some(variable) = argument.get_env() {
            let _ = write!(text, " Environment: `{}`.", variable.to_string_lossy());
        }
    }
    text
}

/// A sentence as part of another.
fn lower(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn commands_and_topics_are_explained() {
        let page = topic(&words("vault open")).unwrap_or_default();
        assert!(page.contains("florin vault open") && page.contains("--draw <AMOUNT>"), "{page}");
        for Topic { name, .. } in TOPICS {
            assert!(topic(&words(name)).is_ok(), "{name}");
        }
        assert!(topic(&[]).unwrap_or_default().contains("Positions, liquidations"));
        assert!(matches!(topic(&words("vault drw")), Err(CliError::NoTopic { topic }) if topic == "vault drw"));
    }

    #[test]
    fn the_reference_has_every_command() {
        fn check(page: &str, command: &Command) {
            for sub in visible(command) {
                let name = sub.get_bin_name().unwrap_or_default();
                assert!(page.contains(&format!("# `{name}`\n")), "{name}");
                check(page, sub);
            }
        }
        let page = markdown();
        check(&page, &complete());
        assert!(page.contains("7  another chain"), "{page}");
        assert!(!page.contains("help-md`\n"), "{page}");
    }
}
