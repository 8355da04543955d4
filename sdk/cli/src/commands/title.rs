//! `florin title`: titles to goods, each in the hands of an owner and a holder.

use florin_bindings::{
    title::{self, TitleChanged},
    Message,
};
use florin_client::chain::Address;
use florin_trade::{
    right::{RightError, Title, TitleCommand as Act},
    Hash,
};
use florin_trader::hash;

use crate::{
    arguments::{RegistryArguments, Rejected, TitleArguments, TitleCommand},
    commands::{escrow::Subject, vault::event},
    error::CliError,
    output::Answer,
    record::Record,
    refusal::Explain,
    send::{self, Offered},
    session::{Session, Settings},
    words::{trade, Names},
};

/// Name of the registry in the address book.
const TITLE: &str = "title";

/// Runs a command.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(settings: Settings, command: &TitleCommand) -> Result<Answer, CliError> {
    let session = &settings.connect().await?;
    let registry = Registry::open(session, registry_of(command)).await?;
    let address = |text: &str| session.party(text).map(|party| party.address.0);
    match command {
        TitleCommand::Issue { document, to, .. } => registry.issue(document, to).await,
        TitleCommand::Show { title } => registry.show(title).await,
        TitleCommand::Nominate { title, to } => {
            let nominee = to.as_deref().map(address).transpose()?;
            registry.act(title, Act::Nominate { nominee }, "Name who may become owner", "Named").await
        }
        TitleCommand::Endorse { title, to, holder } => {
            let owner = address(to)?;
            let act = match holder {
                Some(holder) => Act::EndorseAndHandOver { owner, holder: address(holder)? },
                None => Act::Endorse { to: owner },
            };
            registry.act(title, act, "Make somebody owner", "Endorsed").await
        }
        TitleCommand::HandOver { title, to } => {
            registry.act(title, Act::HandOver { to: address(to)? }, "Hand a title over", "Handed over").await
        }
        TitleCommand::Reject { title, what } => {
            let act = match what {
                Rejected::Ownership => Act::RejectOwnership,
                Rejected::Holding => Act::RejectHolding,
                Rejected::Both => Act::RejectBoth,
            };
            registry.act(title, act, "Give back what was received", "Given back").await
        }
        TitleCommand::Entrust { title, to, nobody } => {
            let custodian = if *nobody { None } else { Some(address(to)?) };
            registry.act(title, Act::Entrust { custodian }, "Entrust a contract with a title", "Entrusted").await
        }
        TitleCommand::Surrender { title } => surrender(session, title).await,
        TitleCommand::Retire { title } => {
            registry.act(title, Act::Retire, "Take a title back for good: the goods were handed out", "Retired").await
        }
        TitleCommand::Restore { title } => registry.act(title, Act::Restore, "Give a title back", "Restored").await,
    }
}

/// In which registry a command looks.
const fn registry_of(command: &TitleCommand) -> &RegistryArguments {
    match command {
        TitleCommand::Issue { registry, .. } => registry,
        TitleCommand::Show { title }
        | TitleCommand::Nominate { title, .. }
        | TitleCommand::Endorse { title, .. }
        | TitleCommand::HandOver { title, .. }
        | TitleCommand::Reject { title, .. }
        | TitleCommand::Entrust { title, .. }
        | TitleCommand::Surrender { title }
        | TitleCommand::Retire { title }
        | TitleCommand::Restore { title } => &title.registry,
    }
}

/// `florin title surrender` and `florin escrow surrender`.
pub(crate) async fn surrender(session: &Session, title: &TitleArguments) -> Result<Answer, CliError> {
    let registry = Registry::open(session, &title.registry).await?;
    registry.act(title, Act::Surrender, "Give a title to its issuer, for the goods", "Surrendered").await
}

/// A registry: the suite's, or another one that terms can name.
struct Registry<'a> {
    session: &'a Session,
    contract: Address,
    names: Names,
}

impl<'a> Registry<'a> {
    /// The registry that is named, that of the credit that is named, or the suite's, which has to run the code that was
    /// deployed. Of another one nobody knows what it runs, so who acts there is shown which it is.
    async fn open(session: &'a Session, named: &RegistryArguments) -> Result<Self, CliError> {
        let contract = match (&named.registry, named.escrow) {
            (Some(text), _) => session.party(text)?.address,
            (None, Some(escrow)) => {
                let subject = Subject::load(session, escrow).await?;
                let none = || CliError::CommandLine {
                    message: format!("credit {escrow} asks for no title; name the registry with --registry"),
                };
                subject.terms().title.map(Address::from).ok_or_else(none)?
            }
            (None, None) => session.contract(TITLE).await?,
        };
        Ok(Self { session, contract, names: Names::new(session.book().ok().as_ref()) })
    }

    /// Which title is meant: its issuer is the one that is named, or has signed the paper, or acts.
    fn key(&self, arguments: &TitleArguments) -> Result<(Address, Hash), CliError> {
        let (document, signer) = trade::document(&arguments.document)?;
        let issuer = match (&arguments.issuer, signer) {
            (Some(text), _) => self.session.party(text)?.address,
            (None, Some(signer)) => signer.into(),
            (None, None) => self.session.settings.signer()?.account().to_address(),
        };
        Ok((issuer, document))
    }

    /// Reads a title.
    ///
    /// # Errors
    /// There is none; those of the chain.
    async fn read(&self, issuer: Address, document: Hash) -> Result<Title, CliError> {
        let title = self.session.client.read(self.contract, &title::title(issuer, document)).await?;
        let unknown = || RightError::UnknownTitle { document }.explain(&self.session.units(None));
        Ok(title.ok_or_else(unknown)?)
    }

    fn facts(&self, title: &Title) -> Record {
        let optional = |account: Option<[u8; 20]>| account.map(Address::from);
        Record::new()
            .text("document", "document", hash::format(&title.document))
            .person("issuer", "issuer", &title.issuer.into(), &self.names)
            .person("owner", "owner", &title.owner.into(), &self.names)
            .person("holder", "holder", &title.holder.into(), &self.names)
            .optional_person("nominee", "may become owner", optional(title.nominee).as_ref(), &self.names, "nobody")
            .optional_person("custodian", "entrusted to", optional(title.custodian).as_ref(), &self.names, "nobody")
            .optional_person(
                "previous_owner",
                "owner before",
                optional(title.previous_owner).as_ref(),
                &self.names,
                "settled",
            )
            .optional_person(
                "previous_holder",
                "holder before",
                optional(title.previous_holder).as_ref(),
                &self.names,
                "settled",
            )
            .text("standing", "stands", trade::standing(&title.standing))
            .person("registry", "registry", &self.contract, &self.names)
    }

    async fn show(&self, arguments: &TitleArguments) -> Result<Answer, CliError> {
        let (issuer, document) = self.key(arguments)?;
        Ok(Answer::facts(&self.facts(&self.read(issuer, document).await?)))
    }

    async fn issue(&self, document: &str, to: &str) -> Result<Answer, CliError> {
        let (document, _) = trade::document(document)?;
        let owner = self.session.party(to)?.address;
        let issuer = self.session.settings.signer()?.account().to_address();
        let title = Title::issue(document, issuer.0, owner.0);
        let title = title.map_err(|error| error.explain(&self.session.units(None)))?;
        let message = title::issue(document, owner);
        self.offer(&message, "Issue a title to goods", "Issued", self.facts(&title)).await
    }

    /// Does something with a title: the rules tell before what comes of it.
    async fn act(&self, arguments: &TitleArguments, act: Act, heading: &str, done: &str) -> Result<Answer, CliError> {
        let (issuer, document) = self.key(arguments)?;
        let title = self.read(issuer, document).await?;
        let me = self.session.settings.signer()?.account().to_address();
        let next = title.decide(&act, &me.0).map_err(|error| error.explain(&self.session.units(None)))?;
        self.offer(&title::act(issuer, document, act), heading, done, self.facts(&next)).await
    }

    async fn offer(
        &self,
        message: &Message<(), RightError>,
        heading: &str,
        done: &str,
        preview: Record,
    ) -> Result<Answer, CliError> {
        let (session, signer) = (self.session, self.session.settings.signer()?);
        let units = session.units(None);
        match send::call(session, &signer, self.contract, 0, message, &units, heading, preview).await? {
            Offered::Shown(answer) => Ok(answer),
            Offered::Sent(sent) => {
                let told: TitleChanged = event(&sent.receipt, self.contract)?;
                Ok(sent.answer(done, &self.facts(&told.title)))
            }
        }
    }
}
