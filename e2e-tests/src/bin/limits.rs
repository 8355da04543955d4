//! `florin-limits`: lets the chain itself judge every code blob: size, instructions a basic block, memory, imported host
//! functions. Exits with 1 where it refuses one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use comfy_table::{presets::UTF8_FULL_CONDENSED, Cell, CellAlignment, Table};
use florin_client::{
    chain::{Chain, Wait},
    contract::Client,
    error::ChainError,
    signer::Signer,
};
use florin_sandbox::Sandbox;

/// The largest blob that the chain takes (pallet-revive, `limits::code::BLOB_BYTES`).
const BLOB_BYTES: u64 = 1024 * 1024;

#[derive(Parser)]
#[command(name = "florin-limits", about = "Checks every code blob against the chain's limits")]
struct Arguments {
    /// Folder with the *.polkavm files.
    #[arg(long, default_value = "target/contracts")]
    contracts: PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum LimitsError {
    #[error("cannot read {path}: {cause}; run scripts/build --contracts-only first")]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("no *.polkavm file in {folder}; run scripts/build --contracts-only first")]
    Nothing { folder: PathBuf },
    #[error("{} blob(s) refused by the chain", .0)]
    Refused(usize),
    #[error(transparent)]
    Chain(#[from] ChainError),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match check(&Arguments::parse().contracts).await {
        Ok(table) => {
            println!("{table}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn check(folder: &Path) -> Result<Table, LimitsError> {
    let unreadable = |cause| LimitsError::Unreadable { path: folder.to_owned(), cause };
    let mut blobs: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(unreadable)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "polkavm"))
        .collect();
    blobs.sort();
    if blobs.is_empty() {
        return Err(LimitsError::Nothing { folder: folder.to_owned() });
    }

    let sandbox = Sandbox::new();
    let alice = Signer::alice();
    let client = Client::new(sandbox.clone()).with_wait(Wait::Best);
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_header([
        "contract",
        "bytes",
        "of limit",
        "deposit (UNIT)",
        "chain says",
    ]);
    let mut refused = 0;
    for path in blobs {
        let code = fs::read(&path).map_err(|cause| LimitsError::Unreadable { path: path.clone(), cause })?;
        let bytes = u64::try_from(code.len()).unwrap_or(u64::MAX);
        let before = sandbox.balance(&alice.account()).await?;
        let verdict = match client.upload(&alice, &code).await {
            Ok(_) => "accepted".to_owned(),
            Err(error) => {
                refused += 1;
                error.to_string()
            }
        };
        let spent = before.saturating_sub(sandbox.balance(&alice.account()).await?);
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        table.add_row([
            Cell::new(name.strip_prefix("florin_").unwrap_or(&name)),
            right(bytes.to_string()),
            right(format!("{} %", bytes.saturating_mul(100) / BLOB_BYTES)),
            right(florin_units::human::format_units(spent, 10)),
            Cell::new(verdict),
        ]);
    }
    if refused > 0 {
        eprintln!("{table}");
        return Err(LimitsError::Refused(refused));
    }
    Ok(table)
}
