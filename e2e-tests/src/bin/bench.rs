//! Measures what each message costs; writes the snapshots, or compares with them.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use comfy_table::{presets::UTF8_FULL_CONDENSED, CellAlignment, Table};
use florin_e2e_tests::costs::{drifts, load, measure, page, save, CostError, Snapshots};

/// Measures every message on the sandbox.
#[derive(Parser)]
#[command(name = "florin-bench")]
struct Arguments {
    /// Folder of the snapshot files.
    #[arg(long, default_value = "contracts/snapshots")]
    snapshots: PathBuf,
    /// The page that is made of them.
    #[arg(long, default_value = "docs/costs.md")]
    page: PathBuf,
    /// Compare with the files and fail on more than 2 % drift; change nothing.
    #[arg(long)]
    check: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<ExitCode, CostError> {
    let measured = measure().await?;
    println!("{}", table(&measured));
    if !arguments.check {
        save(&arguments.snapshots, &measured)?;
        let failed = |cause: std::io::Error| CostError::File { path: arguments.page.clone(), cause: cause.to_string() };
        std::fs::write(&arguments.page, page(&measured)).map_err(failed)?;
        return Ok(ExitCode::SUCCESS);
    }
    let found = drifts(&load(&arguments.snapshots)?, &measured);
    for drift in &found {
        eprintln!("error: {drift}");
    }
    if found.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("costs have changed; where that is meant, run scripts/bench and commit contracts/snapshots");
    Ok(ExitCode::FAILURE)
}

fn table(snapshots: &Snapshots) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(["message", "ref_time [ps]", "proof [bytes]", "deposit [planck]"]);
    for (contract, snapshot) in snapshots {
        for (message, cost) in &snapshot.messages {
            table.add_row([
                format!("{contract}.{message}"),
                cost.ref_time.to_string(),
                cost.proof_size.to_string(),
                cost.storage_deposit.to_string(),
            ]);
        }
    }
    for column in 1..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
