//! The only place that prints. Standard output has the result and nothing else; previews, progress and prompts go to standard
//! error. `--json` changes the form of the result, never the channel; `--quiet` silences standard error, never the result.
#![allow(clippy::disallowed_macros)]

use std::io::{BufRead, IsTerminal, Write};

use serde_json::{json, Value};

use crate::{error::CliError, record::Record};

/// Version of the JSON envelope; it changes when a field is removed or means something else.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// A result in both forms.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// For programs.
    pub(crate) data: Value,
    /// For people.
    pub(crate) text: String,
}

impl Answer {
    /// A result with a text of its own.
    pub(crate) fn new(data: Value, text: impl Into<String>) -> Self {
        Self { data, text: text.into() }
    }

    /// Facts as result.
    pub(crate) fn facts(record: &Record) -> Self {
        Self { data: record.to_json(), text: record.to_text() }
    }
}

/// Where text goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
}

impl Output {
    /// As the command line says.
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// Says something while working.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            eprintln!("{}", text.trim_end());
        }
    }

    /// Prints the result.
    pub(crate) fn finish(&self, answer: &Answer) {
        if self.json {
            print_line(&success(&answer.data).to_string());
        } else {
            print_line(answer.text.trim_end());
        }
    }

    /// Prints text as it is, whatever form results have.
    pub(crate) fn page(&self, text: &str) {
        print_line(text.trim_end());
    }

    /// Prints what went wrong: as envelope on standard output with `--json`, else on standard error.
    pub(crate) fn fail(&self, error: &CliError) {
        if self.json {
            print_line(&failure(error).to_string());
        } else {
            eprint!("{}", failure_text(error));
        }
    }

    /// Asks and waits for a yes. None where nobody is there to answer.
    pub(crate) fn ask(&self, question: &str) -> Option<bool> {
        let input = std::io::stdin();
        if !input.is_terminal() {
            return None;
        }
        eprint!("{question} [y/N] ");
        let mut answer = String::new();
        if std::io::stderr().flush().is_err() || input.lock().read_line(&mut answer).is_err() {
            return Some(false);
        }
        Some(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Whether progress may be drawn.
    pub(crate) fn is_animated(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }
}

/// Whoever reads the result may have gone away (`| head`); that is no failure.
fn print_line(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}

fn success(data: &Value) -> Value {
    json!({ "schema_version": SCHEMA_VERSION, "success": true, "data": data })
}

fn failure(error: &CliError) -> Value {
    let mut body = json!({ "code": error.code(), "message": error.to_string(), "details": error.details() });
    if let (Some(hint), Some(body)) = (error.hint(), body.as_object_mut()) {
        body.insert("hint".to_owned(), Value::String(hint));
    }
    json!({ "schema_version": SCHEMA_VERSION, "success": false, "error": body })
}

fn failure_text(error: &CliError) -> String {
    let mut text = format!("error: {}\n  {}\n", error.code(), error.to_string().trim_end().replace('\n', "\n  "));
    for (name, value) in error.details().as_object().into_iter().flatten() {
        let shown = value.as_object().and_then(|value| value.get("human")).unwrap_or(value);
        // A structure is in the message already.
        if shown.is_object() || shown.as_array().is_some_and(|list| list.iter().any(Value::is_object)) {
            continue;
        }
        let shown = shown.as_str().map_or_else(|| shown.to_string(), str::to_owned);
        text.push_str(&format!("    {name}: {shown}\n"));
    }
    if let Some(hint) = error.hint() {
        text.push_str(&format!("  next: {hint}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Unit;

    fn error() -> CliError {
        Unit::coin().parse("10 UNIT").expect_err("another unit").into()
    }

    #[test]
    fn a_result_is_one_line_of_json() {
        let text = success(&json!({ "a": "1\n2" })).to_string();
        assert_eq!(text.lines().count(), 1);
        let value: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value, json!({ "schema_version": 1, "success": true, "data": { "a": "1\n2" } }));
    }

    #[test]
    fn an_error_has_code_message_and_details() {
        let value = failure(&error());
        assert_eq!(value["schema_version"], json!(1));
        assert_eq!(value["success"], json!(false));
        assert_eq!(value["error"]["code"], json!("INVALID_AMOUNT"));
        assert!(value["error"]["message"].as_str().is_some_and(|message| message.contains("FLRN is expected")));
        assert!(value["error"]["details"].is_object());
    }

    #[test]
    fn an_error_is_readable() {
        let text = failure_text(&error());
        assert!(text.starts_with("error: INVALID_AMOUNT\n  \"10 UNIT\" is given in UNIT"), "{text}");
    }
}
