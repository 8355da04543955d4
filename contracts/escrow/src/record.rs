//! Core records as storage cells, and what comes with a message.

use florin_trade::right::TitleKey;
use florin_trade::swap::Order;
use florin_trade::{Address as Account, Hash};
use ink::prelude::vec::Vec;
use ink::Address;

florin_shell::storage_cell! {
    /// Who may change what.
    RolesRecord(florin_governance::roles::Roles);
    /// The protocol's settings.
    SettingsRecord(florin_trade::fee::Settings);
    /// An escrow.
    EscrowRecord(florin_trade::state::Escrow);
    /// What most decisions need of its agreement.
    TermsRecord(florin_trade::terms::Terms);
    /// Its documents and milestones.
    ChecklistRecord(florin_trade::terms::Checklist);
    /// How its disputes are decided.
    DisputeTermsRecord(florin_trade::dispute::DisputeTerms);
    /// Its conditions.
    TreeRecord(florin_trade::condition::Tree);
    /// What they ask for.
    FactsRecord(florin_trade::condition::Facts);
    /// Its working days.
    CalendarRecord(florin_trade::calendar::Calendar);
    /// A presentation that is not decided.
    PresentationRecord(florin_trade::examination::Presentation);
    /// A dispute that is not executed.
    DisputeRecord(florin_trade::dispute::Dispute);
    /// Who gets the proceeds.
    ReceivableRecord(florin_trade::right::Receivable);
    /// An acceptance.
    AcceptanceRecord(florin_trade::drawing::Acceptance);
    /// What is owed in an asset.
    LedgerRecord(florin_trade::ledger::AssetLedger);
    /// What is owed to an account in an asset.
    ClaimRecord(florin_trade::ledger::Claim);
    /// What a dealer gives.
    QuoteRecord(florin_trade::swap::Quote);
    /// A hash-time-locked leg.
    LegRecord(florin_trade::swap::Leg);
    /// An order and the quote that it means.
    OrderRecord(PlacedOrder);
    /// Whom a title is for that its registry has not delivered.
    DeliveryRecord(Delivery);
}

/// Whose claim: the asset, the compliance contract of the credits from which it is, zero for none, and the account.
pub type ClaimKey = (Address, Address, Address);

/// An order and the quote that it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct PlacedOrder {
    /// The order.
    pub order: Order,
    /// Number of the quote.
    pub quote: u64,
}

/// A title that its registry has not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Delivery {
    /// The registry.
    pub registry: Account,
    /// Which title.
    pub title: TitleKey,
    /// Whom it is for.
    pub to: Account,
}

/// A signature under an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Signing {
    /// Who signs: applicant or beneficiary.
    pub signer: Address,
    /// The last moment at which it counts, in seconds since 1970.
    pub deadline: u64,
    /// Of 65 bytes by an ECDSA key, of 96 by an sr25519 key.
    pub signature: Vec<u8>,
}

/// A signature under an amendment or a division.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Consenting {
    /// Who consents.
    pub signer: Address,
    /// To what: the hash of the new agreement or of the division.
    pub subject: Hash,
    /// Amendments of the escrow before.
    pub nonce: u32,
    /// The last moment at which it counts, in seconds since 1970.
    pub deadline: u64,
    /// Of 65 bytes by an ECDSA key, of 96 by an sr25519 key.
    pub signature: Vec<u8>,
}

/// A document that is presented.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Document {
    /// Root of the salted hashes of its fields.
    pub commitment: Hash,
    /// Its date, in seconds since 1970.
    pub dated: u64,
    /// Who has signed it.
    pub signer: Address,
    /// The signature; none where the signer sends the message itself.
    pub signature: Vec<u8>,
}

/// What shows that conditions hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Proofs {
    /// Who has signed that the credit may be paid, with the signatures; none for whoever sends the message.
    pub signatures: Vec<(Address, Vec<u8>)>,
    /// Preimages.
    pub preimages: Vec<[u8; 32]>,
    /// Feeds of the oracle that are read.
    pub feeds: Vec<u32>,
    /// Hash of the document whose title is read.
    pub title: Option<Hash>,
}
