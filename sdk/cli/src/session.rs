//! What a command works with: the network's chain, the address book, the acting account.

use std::{path::PathBuf, sync::OnceLock};

use florin_client::{
    account::AccountId,
    address_book::AddressBook,
    chain::{Address, Chain, ChainInfo, Wait},
    contract::Client,
    node::NodeChain,
    signer::{Signer, SignerSource},
};
use florin_units::Timestamp;

use crate::{
    amount::Unit,
    arguments::{Global, WaitFor},
    commands::node,
    error::CliError,
    network::{check_url, Network, Networks},
    output::Output,
    party::{Party, MYSELF},
    places,
    refusal::Units,
};

/// Decimals in which contracts see native tokens.
const CONTRACT_DECIMALS: u8 = 18;

/// The settings that apply to a command.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// What the command line says.
    pub(crate) global: Global,
    /// Name of the network.
    pub(crate) name: String,
    /// The network.
    pub(crate) network: Network,
    /// Where text goes.
    pub(crate) output: Output,
    /// The signer, once it has been read; standard input can be read only once.
    signer: OnceLock<Signer>,
}

impl Settings {
    /// From the command line and the settings file.
    ///
    /// # Errors
    /// The settings file, an unknown network, a malformed address.
    pub(crate) fn new(global: Global, output: Output) -> Result<Self, CliError> {
        let networks = Networks::load(&Networks::path()?)?;
        let name = networks.choose(global.network.as_deref()).to_owned();
        let mut network = networks.get(&name, node::running_url())?;
        if let Some(url) = &global.url {
            check_url(url)?;
            network.url.clone_from(url);
        }
        if let Some(account) = &global.account {
            // Also where nobody has to act: a secret on the command line is refused in any case.
            account.parse::<SignerSource>()?;
        }
        Ok(Self { global, name, network, output, signer: OnceLock::new() })
    }

    /// The address book's file.
    pub(crate) fn book_path(&self) -> PathBuf {
        self.global.addresses.clone().unwrap_or_else(|| places::book(&self.name))
    }

    /// Who acts, if anybody is named.
    ///
    /// # Errors
    /// The text names no source, or is a secret.
    pub(crate) fn source(&self) -> Result<Option<SignerSource>, CliError> {
        let text = self.global.account.as_ref().or(self.network.account.as_ref());
        text.map(|text| text.parse::<SignerSource>().map_err(CliError::from)).transpose()
    }

    /// Who acts.
    ///
    /// # Errors
    /// [`CliError::NoAccount`]; the source cannot be read.
    pub(crate) fn signer(&self) -> Result<Signer, CliError> {
        if let Some(signer) = self.signer.get() {
            return Ok(signer.clone());
        }
        let source = self.source()?.ok_or_else(|| CliError::NoAccount { network: self.name.clone() })?;
        let signer = source.load()?;
        Ok(self.signer.get_or_init(|| signer).clone())
    }

    /// The account that acts, where it is known without reading a secret from standard input.
    pub(crate) fn known_account(&self) -> Option<AccountId> {
        if let Some(signer) = self.signer.get() {
            return Some(signer.account());
        }
        match self.source() {
            Ok(Some(SignerSource::StandardInput)) | Ok(None) | Err(_) => None,
            Ok(Some(source)) => source.load().ok().map(|signer| signer.account()),
        }
    }

    /// Connect to the network's node.
    ///
    /// # Errors
    /// Unreachable, another chain than the network's.
    pub(crate) async fn connect(self) -> Result<Session, CliError> {
        let chain = NodeChain::connect(&self.network.url).await?;
        if let Some(expected) = self.network.genesis_hash {
            chain.expect_genesis(expected)?;
        }
        let info = chain.info().await?;
        let session = Session { client: Client::new(chain), info, settings: self };
        let wait = session.wait();
        Ok(Session { client: session.client.with_wait(wait), ..session })
    }
}

/// A connection to a network.
pub(crate) struct Session {
    /// Calls contracts.
    pub(crate) client: Client<NodeChain>,
    /// What identifies the chain.
    pub(crate) info: ChainInfo,
    /// The settings.
    pub(crate) settings: Settings,
}

impl Session {
    /// Where text goes.
    pub(crate) fn output(&self) -> &Output {
        &self.settings.output
    }

    /// The chain.
    pub(crate) fn chain(&self) -> &NodeChain {
        self.client.chain()
    }

    /// How far transactions are followed.
    pub(crate) fn wait(&self) -> Wait {
        match self.settings.global.wait {
            WaitFor::Best => Wait::Best,
            WaitFor::Finalized => Wait::Finalized,
        }
    }

    /// The network's address book.
    ///
    /// # Errors
    /// Nothing is deployed; the book belongs to another chain.
    pub(crate) fn book(&self) -> Result<AddressBook, CliError> {
        let book = AddressBook::load(&self.settings.book_path())?;
        book.check(&self.info)?;
        Ok(book)
    }

    /// Address of a contract of the suite, which has to run the code that was deployed.
    ///
    /// # Errors
    /// Those of [`Session::book`]; no contract, or other code.
    pub(crate) async fn contract(&self, name: &str) -> Result<Address, CliError> {
        let book = self.book()?;
        let address = book.address(name)?;
        if let Some(deployed) = book.contracts.get(name) {
            let verified = self.client.verify_code(address, deployed.code_hash).await;
            if let Err(error) = verified {
                return Err(self.explain_absence(&book, error.into()).await?);
            }
        }
        Ok(address)
    }

    /// Where not one contract of the book is there, the chain was started anew.
    async fn explain_absence(&self, book: &AddressBook, error: CliError) -> Result<CliError, CliError> {
        if self.is_former(book).await? {
            return self.former_chain().await;
        }
        Ok(error)
    }

    /// The error for a book of a chain that was started anew.
    ///
    /// # Errors
    /// Those of the chain.
    pub(crate) async fn former_chain(&self) -> Result<CliError, CliError> {
        let height = self.chain().head().await?.number;
        Ok(CliError::BookOfFormerChain { path: self.settings.book_path(), height })
    }

    /// Whether the book has contracts and the chain has none of them.
    ///
    /// # Errors
    /// Those of the chain.
    pub(crate) async fn is_former(&self, book: &AddressBook) -> Result<bool, CliError> {
        for deployed in book.contracts.values() {
            if self.chain().code_hash(&deployed.address).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(!book.contracts.is_empty())
    }

    /// Somebody, as the command line names them.
    ///
    /// # Errors
    /// The text names nobody; it is `me`, and nobody acts.
    pub(crate) fn party(&self, text: &str) -> Result<Party, CliError> {
        // Without a book there are no aliases of contracts, and all other forms work.
        let book = self.book().ok();
        let me = if text.trim() == MYSELF { Some(self.settings.signer()?.account()) } else { None };
        Ok(Party::parse(text, book.as_ref(), me)?)
    }

    /// Somebody, or whoever acts.
    ///
    /// # Errors
    /// The text names nobody; nobody acts.
    pub(crate) fn party_or_me(&self, text: Option<&str>) -> Result<Party, CliError> {
        match text {
            Some(text) => self.party(text),
            None => Ok(Party::of_account(self.settings.signer()?.account())),
        }
    }

    /// Time of the best block.
    ///
    /// # Errors
    /// Those of the chain.
    pub(crate) async fn now(&self) -> Result<Timestamp, CliError> {
        Ok(Timestamp::from_milliseconds(self.chain().head().await?.timestamp_ms))
    }

    /// The native token as accounts hold it.
    pub(crate) fn native(&self) -> Unit {
        Unit::new(self.settings.network.symbol.clone(), self.info.native_decimals)
    }

    /// The native token as contracts see it.
    pub(crate) fn native_in_contracts(&self) -> Unit {
        Unit::new(self.settings.network.symbol.clone(), CONTRACT_DECIMALS)
    }

    /// What amounts in a refusal are counted in; `collateral` is the asset of a credit too.
    pub(crate) fn units(&self, collateral: Option<Unit>) -> Units {
        Units { coin: Unit::coin(), collateral, native: self.native_in_contracts() }
    }
}
