//! `florin network`.

use florin_client::{
    chain::{Chain, Hash},
    node::NodeChain,
    signer::SignerSource,
};

use crate::{
    arguments::NetworkCommand,
    commands::node,
    error::CliError,
    network::{check_name, check_url, Network, NetworkError, Networks, DEVELOPMENT},
    output::Answer,
    record::{list as json_list, table, Record},
};

/// Runs a command.
///
/// # Errors
/// Those of the settings file and, for a new network, of its node.
pub(crate) async fn run(command: &NetworkCommand) -> Result<Answer, CliError> {
    let path = Networks::path()?;
    let mut networks = Networks::load(&path)?;
    match command {
        NetworkCommand::Add { name, node, signer, symbol, offline, replace } => {
            check_name(name)?;
            check_url(node)?;
            if networks.networks.contains_key(name) && !replace {
                return Err(NetworkError::Exists { name: name.clone() }.into());
            }
            let account = match signer {
                // What is kept is where the secret is, never the secret.
                Some(signer) => Some(signer.parse::<SignerSource>()?.to_string()),
                None => None,
            };
            let genesis_hash = if *offline { None } else { Some(genesis_of(node).await?) };
            let network = Network { url: node.clone(), account, symbol: symbol.clone(), genesis_hash };
            networks.networks.insert(name.clone(), network.clone());
            networks.save(&path)?;
            Ok(Answer::facts(&facts(name, &network, networks.choose(None) == name)))
        }
        NetworkCommand::Use { name } => {
            let network = networks.get(name, node::running_url())?;
            networks.current = Some(name.clone());
            networks.save(&path)?;
            Ok(Answer::facts(&facts(name, &network, true)))
        }
        NetworkCommand::Ls => list(&networks),
    }
}

async fn genesis_of(url: &str) -> Result<Hash, CliError> {
    Ok(NodeChain::connect(url).await?.info().await?.genesis_hash)
}

fn list(networks: &Networks) -> Result<Answer, CliError> {
    let current = networks.choose(None);
    let mut rows = Vec::new();
    for name in networks.names() {
        let local = if name == DEVELOPMENT { node::running_url() } else { None };
        rows.push(facts(&name, &networks.get(&name, local)?, name == current));
    }
    Ok(Answer::new(json_list(&rows), table(&rows, "none")))
}

fn facts(name: &str, network: &Network, current: bool) -> Record {
    Record::new()
        .text("name", "name", name)
        .flag("current", "current", current)
        .text("url", "node", network.url.clone())
        .optional_text("account", "account", network.account.clone(), "-")
        .text("symbol", "native token", network.symbol.clone())
        .optional_text("genesis_hash", "first block", network.genesis_hash.map(|hash| format!("{hash:?}")), "any")
}
