//! `florin-bindgen`: writes the bindings of the contracts, or checks that the checked-in ones are up to date.

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use clap::Parser;
use florin_bindgen::{error::BindgenError, files, metadata, render};

/// Writes typed bindings of the contracts from their metadata.
///
/// Exit codes: 0 done, or nothing differs; 1 with --check: the files are out of date; 2 the bindings cannot be generated.
#[derive(Parser)]
#[command(name = "florin-bindgen")]
struct Arguments {
    /// Compare with the files that are there and write nothing.
    #[arg(long)]
    check: bool,
    /// Folder of the metadata: florin_NAME.json or .contract, directly or in a folder florin_NAME.
    #[arg(long, value_name = "DIR", default_value = "target/contracts")]
    metadata_dir: PathBuf,
    /// Folder of the bindings' source.
    #[arg(long, value_name = "DIR", default_value = "sdk/bindings/src")]
    out: PathBuf,
    /// Folder of the files that tell where each contract keeps what.
    #[arg(long, value_name = "DIR", default_value = "contracts/layouts")]
    layouts: PathBuf,
    /// The contracts, without the prefix of their crates.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_values = ["arbitration", "escrow", "governor", "oracle", "title", "token", "vaults", "vaults_importer", "votes"])]
    contracts: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("florin-bindgen: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, BindgenError> {
    let mut contracts = BTreeMap::new();
    for name in &arguments.contracts {
        contracts.insert(name.clone(), metadata::find(&arguments.metadata_dir, name)?);
    }
    let mut expected = files::bindings(&arguments.out, &render::modules(&contracts)?)?;
    expected.extend(files::layouts(&arguments.layouts, &contracts)?);
    if !arguments.check {
        for path in files::write(expected)? {
            println!("wrote {}", path.display());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let differences = files::compare(expected)?;
    if differences.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for difference in &differences {
        eprintln!("{difference}");
    }
    let out = arguments.out.display();
    eprintln!("florin-bindgen: the bindings in {out}, or the layouts, are out of date; run it without --check and commit what changes");
    Ok(ExitCode::FAILURE)
}
