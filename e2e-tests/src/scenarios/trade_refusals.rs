//! Bad input to credits, titles and panels: each error that a message's documentation names is produced, and no other.

use std::{cell::RefCell, collections::BTreeSet};

use florin_bindings::{arbitration, escrow, title, token, Message};
use florin_client::{
    account::AccountId,
    bundle::Bundles,
    chain::{Address, DevChain},
    contract::{CallError, InstantiateError},
    escrow::{sign_agreement, sign_approval, sign_consent, sign_paper, sign_redirection},
    governance::keccak,
    metadata::ContractMetadata,
    signer::Signer,
};
use florin_governance::{
    roles::{RoleError, MAXIMUM_GUARDIAN_TERM},
    signing::SignatureError,
};
use florin_panels::{
    case::{self as cases, CaseId, MAXIMUM_CALLS},
    hearing::{Hearing, MAXIMUM_EXCLUDED, MAXIMUM_SITTING},
    pool::{MAXIMUM_NAMED, STAKED_POOL},
    ArbitrationError,
};
use florin_trade::{
    amendment::AgreedSplit,
    condition::{ConditionError, Fact, Node},
    dispute::{Seat, Seats, MAXIMUM_APPEAL_PANEL},
    examination::{Discrepancies, PaperSubject, PresentationId},
    right::{RightError, Standing, TitleCommand, MAXIMUM_SHARES},
    state::{Message as Act, Status, MAXIMUM_NOTICES, MAXIMUM_PRESENTATIONS},
    swap::{Bound, LegStage, LegTerms, SecretHash, SwapError},
    terms::{Agreement, Checklist, DocumentKind, Milestone, Payment, RequiredDocument, Retention},
    validation::{Term, TermsError, MAXIMUM_AMOUNT, MAXIMUM_FEE},
    EscrowError, Hash,
};
use florin_units::{Amount, Bps, MathError, Seconds, Timestamp, U256};
use parity_scale_codec::{Decode, Encode};

use super::{
    approve_spender,
    assets::{
        behave, deny, give_asset, hostile_token, mint_hostile, prepare_call, FALLS_SILENT, HONEST, LIES, RETURNS_FALSE,
        RETURNS_NOTHING, REVERTS, TAKES_FEE,
    },
    refusal, Outcome,
};
use crate::{
    harness::{coins, HarnessError},
    trade::{commitment, whole, Trade, BILL, DAY, INSPECTION, INVOICE},
};

/// The number of an escrow, a quote, a leg or a case that nobody has made.
const UNKNOWN: u64 = u64::MAX;

/// Contract, message, error.
type Refused = (String, String, String);

fn address(who: &Signer) -> Address {
    who.account().to_address()
}

/// The name by which the documentation knows an error: of a core's reasons the reason, not the wrapper.
fn name_of(error: &impl core::fmt::Debug) -> String {
    let text = format!("{error:?}");
    let mut inner = text.as_str();
    for wrapper in ["Escrow(", "Swap(", "Arbitration("] {
        inner = inner.strip_prefix(wrapper).unwrap_or(inner);
    }
    inner.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// The errors that the documentation of a message names in the sentence that begins with `Errors:`; `those of` another
/// message are that one's.
fn documented(metadata: &ContractMetadata, message: &str) -> BTreeSet<String> {
    let docs = &metadata.message(message).expect("a message of the contract").docs;
    let text = docs.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let Some((_, rest)) = text.split_once("Errors: ") else { return BTreeSet::new() };
    let sentence = rest.split('.').next().unwrap_or_default();
    let mut errors = BTreeSet::new();
    let mut before = "";
    for (place, part) in sentence.split('`').enumerate() {
        if place % 2 == 0 {
            before = part;
        } else if before.trim_end().ends_with("those of") {
            errors.extend(documented(metadata, part));
        } else {
            errors.insert(part.to_owned());
        }
    }
    assert!(!sentence.contains("those of the"), "{message} names errors by words: {sentence}");
    errors
}

/// A shipment's people and contracts, and what was refused so far.
struct Refusals<C> {
    trade: Trade<C>,
    seen: RefCell<BTreeSet<Refused>>,
}

impl<C: DevChain> Refusals<C> {
    fn note(&self, contract: &str, message: &str, error: &impl core::fmt::Debug) {
        let refused = (contract.to_owned(), message.to_owned(), name_of(error));
        self.seen.borrow_mut().insert(refused);
    }

    /// Why a contract refuses a call.
    async fn why<T, E>(&self, (contract, at): (&str, Address), who: &Signer, message: &Message<T, E>) -> E
    where
        T: Decode + core::fmt::Debug,
        E: Decode + core::fmt::Debug,
    {
        match self.trade.world.suite.client.dry_run(&who.account(), at, 0, message).await {
            Err(CallError::Refused { error, .. }) => {
                self.note(contract, message.label, &error);
                error
            }
            other => panic!("{contract}.{} should be refused, got {other:?}", message.label),
        }
    }

    /// The escrow contract refuses for exactly this reason.
    async fn is<T: Decode + core::fmt::Debug>(
        &self,
        who: &Signer,
        message: &Message<T, escrow::Error>,
        expected: escrow::Error,
    ) {
        let error = self.why(("escrow", self.trade.escrow), who, message).await;
        assert_eq!(error, expected, "{}", message.label);
    }

    /// The same by a rule of escrows.
    async fn core<T: Decode + core::fmt::Debug>(
        &self,
        who: &Signer,
        message: &Message<T, escrow::Error>,
        expected: EscrowError,
    ) {
        self.is(who, message, escrow::Error::Escrow(expected)).await;
    }

    /// The same by a rule of exchanges.
    async fn swap<T: Decode + core::fmt::Debug>(
        &self,
        who: &Signer,
        message: &Message<T, escrow::Error>,
        expected: SwapError,
    ) {
        self.is(who, message, escrow::Error::Swap(expected)).await;
    }

    /// The escrow contract refuses for a reason of this name.
    async fn kind<T: Decode + core::fmt::Debug>(&self, who: &Signer, message: &Message<T, escrow::Error>, name: &str) {
        let error = self.why(("escrow", self.trade.escrow), who, message).await;
        assert_eq!(name_of(&error), name, "{}: {error:?}", message.label);
    }

    /// The escrow contract refuses what the arbitration contract never sends, as if it did.
    async fn court<T: Decode + core::fmt::Debug>(&self, message: &Message<T, escrow::Error>, expected: EscrowError) {
        let trade = &self.trade;
        let sender = AccountId::from_address(&trade.arbitration);
        match trade.world.suite.client.dry_run(&sender, trade.escrow, 0, message).await {
            Err(CallError::Refused { error, .. }) => {
                self.note("escrow", message.label, &error);
                assert_eq!(error, escrow::Error::Escrow(expected), "{}", message.label);
            }
            other => panic!("{} should be refused, got {other:?}", message.label),
        }
    }

    /// The message is about an escrow that there is not.
    async fn unknown<T: Decode + core::fmt::Debug>(&self, who: &Signer, message: &Message<T, escrow::Error>) {
        self.is(who, message, escrow::Error::UnknownEscrow { escrow: UNKNOWN }).await;
    }

    /// The escrow contract refuses for exactly this reason when the message is sent, too, and what came in with it has
    /// gone back: the escrow and what is owed in its asset are what they were.
    async fn undone<T: Decode + core::fmt::Debug>(
        &self,
        who: &Signer,
        message: &Message<T, escrow::Error>,
        expected: escrow::Error,
        (id, asset): (u64, Address),
    ) -> Outcome {
        let trade = &self.trade;
        let before = (trade.picture(id).await?, trade.books_of(asset).await?);
        let error = refusal(&trade.world, who, trade.escrow, message).await?;
        self.note("escrow", message.label, &error);
        assert_eq!(error, expected, "{}", message.label);
        let after = (trade.picture(id).await?, trade.books_of(asset).await?);
        assert_eq!(after, before, "{} left a trace", message.label);
        Ok(())
    }

    async fn title(&self, who: &Signer, message: &Message<(), title::Error>, expected: RightError) {
        let error = self.why(("title", self.trade.title), who, message).await;
        assert_eq!(error, expected, "{}", message.label);
    }

    /// The arbitration contract refuses for exactly this reason.
    async fn arbitration<T: Decode + core::fmt::Debug>(
        &self,
        who: &Signer,
        message: &Message<T, arbitration::Error>,
        expected: arbitration::Error,
    ) {
        let error = self.why(("arbitration", self.trade.arbitration), who, message).await;
        assert_eq!(error, expected, "{}", message.label);
    }

    /// The same by a rule of panels.
    async fn panel<T: Decode + core::fmt::Debug>(
        &self,
        who: &Signer,
        message: &Message<T, arbitration::Error>,
        expected: ArbitrationError,
    ) {
        self.arbitration(who, message, arbitration::Error::Arbitration(expected)).await;
    }

    /// The arbitration contract refuses for a reason of this name.
    async fn panel_kind<T: Decode + core::fmt::Debug>(
        &self,
        who: &Signer,
        message: &Message<T, arbitration::Error>,
        name: &str,
    ) {
        let error = self.why(("arbitration", self.trade.arbitration), who, message).await;
        assert_eq!(name_of(&error), name, "{}: {error:?}", message.label);
    }

    /// The usual agreement over a thousand coin.
    async fn small(&self) -> Result<Agreement, HarnessError> {
        let mut agreement = self.trade.agreement().await?;
        agreement.terms.amount = whole(1_000);
        agreement.dispute.bond = whole(20);
        agreement.dispute.fee = whole(5);
        agreement.dispute.appeal_bond = whole(20);
        agreement.dispute.appeal_fee = whole(5);
        Ok(agreement)
    }

    /// The same over a thousand of another asset.
    async fn small_in(&self, asset: Address) -> Result<Agreement, HarnessError> {
        let mut agreement = self.small().await?;
        agreement.terms.asset.token = asset.0;
        Ok(agreement)
    }

    /// A token that misbehaves on demand, honest so far and admitted; both parties have ten thousand and have allowed
    /// them.
    async fn hostile(&self) -> Result<Address, HarnessError> {
        let trade = &self.trade;
        let asset = hostile_token(&trade.world).await?;
        trade.call(&trade.keeper, &escrow::admit_asset(asset)).await?;
        for party in [&trade.applicant, &trade.beneficiary] {
            mint_hostile(&trade.world, party, asset).await?;
            approve_spender(&trade.world, party, asset, trade.escrow).await?;
        }
        Ok(asset)
    }

    async fn behave(&self, asset: Address, behaviour: u8) -> Outcome {
        behave(&self.trade.world, &self.trade.keeper, asset, behaviour).await
    }

    /// A credit that its seller disputes before anything is presented.
    async fn raised(&self, agreement: &Agreement) -> Result<u64, HarnessError> {
        let id = self.trade.fund(agreement).await?;
        self.trade.call(&self.trade.beneficiary, &escrow::raise(id)).await?;
        Ok(id)
    }

    /// A credit of which a half was drawn and some of that retained, and the other half is disputed.
    async fn retaining(&self, agreement: &Agreement) -> Result<u64, HarnessError> {
        let trade = &self.trade;
        let id = trade.fund(agreement).await?;
        let named = trade.present(id, whole(500), "goods").await?;
        trade.call(&trade.applicant, &escrow::accept(id, named)).await?;
        trade.call(&trade.beneficiary, &escrow::raise(id)).await?;
        Ok(id)
    }

    /// A document for the first drawing of an escrow, signed by somebody, with a date.
    fn paper(
        &self,
        id: u64,
        agreement: &Agreement,
        issuer: &Signer,
        place: u8,
        dated: Timestamp,
    ) -> Option<escrow::Document> {
        let subject = PaperSubject {
            escrow: id,
            drawing: 1,
            checklist: agreement.checklist.hash(keccak),
            milestone: None,
            document: place,
            commitment: commitment(place, "goods"),
            dated,
        };
        Some(sign_paper(issuer, &self.trade.domain, &subject))
    }

    /// Another arbitration contract, whose stakes are in an asset and of hundred each; somebody may join its pool.
    async fn another_arbitration(&self, asset: Address, member: &Signer) -> Result<Address, HarnessError> {
        let (client, governor) = (&self.trade.world.suite.client, &self.trade.world.governor);
        let code = client.upload(governor, &Bundles::find().load("florin_arbitration")?.code).await?.code_hash;
        let constructor = arbitration::constructors::new(asset, whole(100).raw(), address(&self.trade.collector));
        let created = client.instantiate(governor, code, &constructor, 0, None).await?.address;
        client.call(governor, created, 0, &arbitration::admit(address(member))).await?;
        Ok(created)
    }

    /// Somebody joins the staked pool with a stake of so many coin.
    async fn stake(&self, member: &Signer, stake: u64) -> Outcome {
        let trade = &self.trade;
        trade.arbitrate(&trade.world.governor, &arbitration::admit(address(member))).await?;
        trade.world.pay(&trade.applicant, address(member), coins(200)).await?;
        let approve = token::approve(trade.arbitration, U256::MAX);
        trade.world.suite.client.call(member, trade.world.suite.token, 0, &approve).await?;
        trade.arbitrate(member, &arbitration::join(whole(stake).raw())).await?;
        Ok(())
    }

    /// Consents of both parties, as somebody may have got them wrong.
    fn consents(&self, id: u64, subject: &Hash, nonce: u32, deadline: Timestamp) -> Vec<escrow::Consenting> {
        [&self.trade.applicant, &self.trade.beneficiary]
            .map(|party| sign_consent(party, &self.trade.domain, id, subject, nonce, deadline))
            .to_vec()
    }

    /// Blocks go by, and no time.
    async fn blocks(&self, number: u32) -> Outcome {
        for _ in 0..number {
            self.trade.world.suite.client.chain().seal().await?;
        }
        Ok(())
    }

    /// When members of a panel may reveal, and when it can be reported.
    async fn sitting(&self, id: u64, is_appeal: bool) -> Result<(Timestamp, Timestamp), HarnessError> {
        let trade = &self.trade;
        let message = arbitration::case(trade.escrow, id, is_appeal);
        let case = trade.world.suite.client.read(trade.arbitration, &message).await?.expect("a case");
        match case.stage {
            cases::Stage::Sitting { commit_until, reveal_until } => Ok((commit_until, reveal_until)),
            other => panic!("the panel sits: {other:?}"),
        }
    }

    /// A moment and a height so far from now.
    async fn bound(&self, hours: u64, blocks: u32) -> Result<Bound, HarnessError> {
        let head = self.trade.world.suite.client.chain().head().await?;
        let time = self.trade.now().await?.after(Seconds::from_raw(hours * 3_600));
        Ok(Bound { time, block: u32::try_from(head.number).expect("a height") + blocks })
    }

    /// A leg between the parties that opens to a secret of ones.
    async fn leg_in(&self, asset: Address) -> Result<LegTerms, HarnessError> {
        Ok(LegTerms {
            funder: address(&self.trade.applicant).0,
            claimer: address(&self.trade.beneficiary).0,
            asset: asset.0,
            amount: whole(100),
            premium: whole(10),
            digest: keccak(&[1; 32]),
            hash: SecretHash::Keccak256,
            lock_until: self.bound(1, 1_000).await?,
            claim_until: self.bound(3, 2_000).await?,
            refund_from: self.bound(5, 3_000).await?,
        })
    }
}

fn wrong_signer(expected: &Signer) -> escrow::Error {
    escrow::Error::Signature(SignatureError::WrongSigner { expected: address(expected).0 })
}

fn wrong_caller(expected: &Signer, caller: &Signer) -> EscrowError {
    EscrowError::WrongCaller { expected: address(expected).0, caller: address(caller).0 }
}

fn not_party(caller: &Signer) -> EscrowError {
    EscrowError::NotParty { caller: address(caller).0 }
}

fn not_allowed(message: Act, status: Status) -> EscrowError {
    EscrowError::NotAllowed { message, status }
}

fn not_governor(caller: &Signer) -> RoleError {
    RoleError::NotGovernor { caller: address(caller).0 }
}

/// What is paid once a moment has come, whatever else is.
fn after(agreement: &mut Agreement, moment: Timestamp) {
    agreement.conditions.facts.facts[0] = Some(Fact::After { moment });
    agreement.conditions.tree.nodes[0] = Some(Node::Fact(0));
}

/// Two milestones, over the invoice and over the inspection.
fn by_milestones(agreement: &mut Agreement, first: u64, second: u64) {
    let milestone = |amount, place| Some(Milestone { amount: whole(amount), documents: 1u8 << place });
    agreement.checklist.milestones[0] = milestone(first, INVOICE);
    agreement.checklist.milestones[2] = milestone(second, INSPECTION);
}

/// Members of a panel who award the same.
fn seats(members: &[&Signer], award: Option<Amount>) -> Seats {
    let mut seats = [None; MAXIMUM_APPEAL_PANEL];
    for (slot, member) in seats.iter_mut().zip(members) {
        *slot = Some(Seat { member: address(member).0, award });
    }
    seats
}

/// Each error that the documentation of a message of escrow, title or arbitration names, by a real call, and no error
/// that it does not name.
pub async fn every_documented_refusal_of_trade_is_produced<C: DevChain + Clone>(chain: C) -> Outcome {
    let trade = Trade::deploy(chain).await?;
    let refusals = Refusals { trade, seen: RefCell::default() };
    let all = &refusals;
    Box::pin(drafting(all)).await?;
    Box::pin(funding(all)).await?;
    Box::pin(presenting(all)).await?;
    Box::pin(drawing(all)).await?;
    Box::pin(examining(all)).await?;
    Box::pin(settling(all)).await?;
    Box::pin(raising(all)).await?;
    Box::pin(ruling(all)).await?;
    Box::pin(amendment(all)).await?;
    Box::pin(division(all)).await?;
    Box::pin(rights(all)).await?;
    Box::pin(claims(all)).await?;
    Box::pin(exchange(all)).await?;
    Box::pin(legs(all)).await?;
    Box::pin(uncovered(all)).await?;
    Box::pin(assets(all)).await?;
    Box::pin(settings(all)).await?;
    Box::pin(titles(all)).await?;
    Box::pin(titles_in_custody(all)).await?;
    Box::pin(pools(all)).await?;
    Box::pin(stakes_in_a_hostile_token(all)).await?;
    Box::pin(calling_the_staked_pool(all)).await?;
    Box::pin(calling(all)).await?;
    Box::pin(calling_for_other_courts(all)).await?;
    Box::pin(speaking(all)).await?;
    Box::pin(collecting(all)).await?;

    let mut expected = BTreeSet::new();
    for contract in ["escrow", "title", "arbitration"] {
        let bundle = Bundles::find().load(contract)?;
        let metadata = ContractMetadata::from_json(&bundle.metadata).expect("its metadata can be read");
        for message in metadata.messages() {
            let errors = documented(&metadata, &message.label);
            expected.extend(errors.into_iter().map(|error| (contract.to_owned(), message.label.clone(), error)));
        }
    }
    let seen = refusals.seen.into_inner();
    let missing: Vec<&Refused> = expected.difference(&seen).collect();
    let unnamed: Vec<&Refused> = seen.difference(&expected).collect();
    assert!(missing.is_empty() && unnamed.is_empty(), "never refused: {missing:#?}\nnot documented: {unnamed:#?}");
    Ok(())
}

/// `draft`, `sign`, `sign_for`, `decline`.
async fn drafting<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller, keeper) = (&trade.applicant, &trade.beneficiary, &trade.keeper);
    let agreement = all.small().await?;
    let hash = agreement.hash(keccak);
    let now = trade.now().await?;
    let tomorrow = now.after(Seconds::from_raw(DAY));
    let signing = |who: &Signer, deadline| sign_agreement(who, &trade.domain, &hash, deadline);
    let draft = |signatures: Vec<escrow::Signing>| escrow::draft(agreement, signatures);

    let mut broken = agreement;
    broken.terms.amount = Amount::ZERO;
    let bounds = TermsError::OutOfBounds { term: Term::Amount, actual: 0, minimum: 1, maximum: MAXIMUM_AMOUNT };
    all.core(keeper, &escrow::draft(broken, vec![]), EscrowError::Terms(bounds)).await;
    let mut broken = agreement;
    broken.conditions.tree.nodes[0] = Some(Node::Fact(3));
    let nothing = EscrowError::Condition(ConditionError::UnknownFact { fact: 3 });
    all.core(keeper, &escrow::draft(broken, vec![]), nothing).await;
    let mut broken = agreement;
    broken.terms.asset.token = address(keeper).0;
    let unknown = escrow::Error::UnknownAsset { asset: address(keeper) };
    all.is(keeper, &escrow::draft(broken, vec![]), unknown).await;
    let too_many = escrow::Error::TooMany { given: 3, maximum: 2 };
    all.is(keeper, &draft(vec![signing(buyer, tomorrow); 3]), too_many).await;
    let forged = escrow::Signing { signer: address(buyer), ..signing(keeper, tomorrow) };
    all.is(keeper, &draft(vec![forged.clone()]), wrong_signer(buyer)).await;
    all.core(keeper, &draft(vec![signing(keeper, tomorrow)]), not_party(keeper)).await;
    all.core(keeper, &draft(vec![signing(buyer, tomorrow); 2]), EscrowError::AlreadySigned).await;

    let id = trade.call(keeper, &draft(vec![])).await?.value;
    let bring =
        |id: u64, signing: escrow::Signing| escrow::sign_for(id, signing.signer, signing.deadline, signing.signature);
    all.unknown(buyer, &escrow::sign(UNKNOWN, hash)).await;
    all.unknown(keeper, &bring(UNKNOWN, signing(buyer, tomorrow))).await;
    all.unknown(buyer, &escrow::decline(UNKNOWN)).await;
    all.core(keeper, &escrow::sign(id, hash), not_party(keeper)).await;
    all.core(keeper, &bring(id, signing(keeper, tomorrow)), not_party(keeper)).await;
    all.core(keeper, &escrow::decline(id), not_party(keeper)).await;
    let other = EscrowError::OtherTerms { expected: hash, actual: [1; 32] };
    all.core(buyer, &escrow::sign(id, [1; 32]), other).await;
    all.is(keeper, &bring(id, forged), wrong_signer(buyer)).await;
    let deadline = Timestamp::from_raw(now.raw() - 1);
    let expired = escrow::Error::Signature(SignatureError::Expired { deadline, now });
    all.is(keeper, &bring(id, signing(buyer, deadline)), expired).await;
    trade.call(buyer, &escrow::sign(id, hash)).await?;
    all.core(buyer, &escrow::sign(id, hash), EscrowError::AlreadySigned).await;
    all.core(keeper, &bring(id, signing(buyer, tomorrow)), EscrowError::AlreadySigned).await;
    trade.call(seller, &escrow::decline(id)).await?;
    all.core(seller, &escrow::sign(id, hash), not_allowed(Act::Sign, Status::Closed)).await;
    all.core(keeper, &bring(id, signing(seller, tomorrow)), not_allowed(Act::Sign, Status::Closed)).await;
    all.core(buyer, &escrow::decline(id), not_allowed(Act::Decline, Status::Closed)).await;
    Ok(())
}

/// `fund`, and what a pause stops.
async fn funding<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller, keeper, governor) =
        (&trade.applicant, &trade.beneficiary, &trade.keeper, &trade.world.governor);
    let coin = trade.world.suite.token;
    let agreement = all.small().await?;
    let hash = agreement.hash(keccak);
    let fund = |id, agreement: &Agreement| escrow::fund(id, agreement.hash(keccak));
    let drafted = trade.call(keeper, &escrow::draft(agreement, vec![])).await?.value;
    let id = trade.sign(&agreement).await?;
    all.unknown(buyer, &fund(UNKNOWN, &agreement)).await;
    all.core(buyer, &fund(drafted, &agreement), not_allowed(Act::Fund, Status::Draft)).await;
    let refused = escrow::Error::TransferRefused { asset: coin, from: address(keeper), amount: whole(1_000) };
    all.is(keeper, &fund(id, &agreement), refused).await;
    let wrong = escrow::Error::Escrow(wrong_caller(buyer, seller));
    all.undone(seller, &fund(id, &agreement), wrong, (id, coin)).await?;
    let other = EscrowError::OtherTerms { expected: hash, actual: [1; 32] };
    all.core(buyer, &escrow::fund(id, [1; 32]), other).await;
    trade.call(governor, &escrow::pause()).await?;
    all.core(keeper, &escrow::draft(agreement, vec![]), EscrowError::Paused).await;
    all.core(buyer, &fund(id, &agreement), EscrowError::Paused).await;
    trade.call(governor, &escrow::resume()).await?;
    trade.call(buyer, &fund(id, &agreement)).await?;
    let again = escrow::Error::Escrow(EscrowError::AlreadyFunded);
    all.undone(buyer, &fund(id, &agreement), again, (id, coin)).await?;

    let mut cheap = agreement;
    cheap.terms.maximum_fee = Bps::from_raw(49);
    let above = EscrowError::FeeAboveMaximum { fee: Bps::from_raw(50), maximum: Bps::from_raw(49) };
    all.core(buyer, &fund(trade.sign(&cheap).await?, &cheap), above).await;
    let mut coarse = agreement;
    coarse.terms.asset.decimals = 17;
    let changed = EscrowError::DecimalsChanged { expected: 17, actual: 18 };
    all.core(buyer, &fund(trade.sign(&coarse).await?, &coarse), changed).await;
    let mut nowhere = agreement;
    nowhere.dispute.pool = 999;
    let small = escrow::Error::PoolTooSmall { pool: 999, members: 0, required: 13 };
    all.is(buyer, &fund(trade.sign(&nowhere).await?, &nowhere), small).await;

    let hostile = all.hostile().await?;
    let mut screened = agreement;
    screened.terms.compliance = Some(hostile.0);
    deny(&trade.world, keeper, hostile, address(buyer)).await?;
    let denied = EscrowError::Denied { account: address(buyer).0 };
    all.core(buyer, &fund(trade.sign(&screened).await?, &screened), denied).await;
    let in_hostile = all.small_in(hostile).await?;
    let id = trade.sign(&in_hostile).await?;
    all.behave(hostile, TAKES_FEE).await?;
    let short = EscrowError::WrongPayment { required: whole(1_000), received: whole(990) };
    all.undone(buyer, &fund(id, &in_hostile), escrow::Error::Escrow(short), (id, hostile)).await?;
    // It was admitted, and now it does not even say what its decimals are.
    all.behave(hostile, FALLS_SILENT).await?;
    all.is(buyer, &fund(id, &in_hostile), escrow::Error::NoAnswer { contract: hostile }).await;
    // Nobody has given the contract what would keep its account alive.
    let minimum = Amount::from_raw(7);
    trade.call(governor, &escrow::set_minimum(hostile, minimum)).await?;
    let unseeded = EscrowError::SeedTooSmall { seed: Amount::ZERO, minimum };
    all.core(buyer, &fund(id, &in_hostile), unseeded).await;

    let mut brief = all.small().await?;
    let expiry = trade.now().await?.after(Seconds::from_raw(DAY));
    brief.terms.latest_shipment = expiry;
    brief.terms.expiry = expiry;
    let id = trade.sign(&brief).await?;
    trade.wait_until(expiry).await?;
    all.core(buyer, &fund(id, &brief), EscrowError::CreditExpired { expiry, now: expiry }).await;
    Ok(())
}

/// `present`: who, when, and with which documents.
async fn presenting<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller, keeper) = (&trade.applicant, &trade.beneficiary, &trade.keeper);
    let agreement = all.small().await?;
    let (id, late) = (trade.fund(&agreement).await?, trade.fund(&agreement).await?);
    let signed = trade.sign(&agreement).await?;
    let bare = |id, amount| escrow::present(id, amount, None, vec![], false);
    all.unknown(seller, &bare(UNKNOWN, whole(1))).await;
    all.core(seller, &bare(signed, whole(1)), not_allowed(Act::Present, Status::Signed)).await;
    let nine = escrow::present(id, whole(1), None, vec![None; 9], false);
    all.is(seller, &nine, escrow::Error::TooMany { given: 9, maximum: 8 }).await;

    let papers = trade.papers(id, "goods").await?;
    let with = |place: u8, paper: Option<escrow::Document>| {
        let mut papers = papers.clone();
        papers[usize::from(place)] = paper;
        escrow::present(id, whole(1), None, papers, false)
    };
    let honest = papers[usize::from(BILL)].clone().expect("a bill of lading");
    let forged = escrow::Document { signature: trade.paper(id, INSPECTION, "goods").await?.signature, ..honest };
    all.is(seller, &with(BILL, Some(forged)), wrong_signer(&trade.carrier)).await;
    let whole_set = escrow::present(id, whole(1), None, papers.clone(), false);
    all.core(keeper, &whole_set, wrong_caller(seller, keeper)).await;
    all.core(seller, &with(INVOICE, None), EscrowError::MissingDocument { document: INVOICE }).await;
    let now = trade.now().await?;
    let by_carrier = all.paper(id, &agreement, &trade.carrier, INSPECTION, now);
    let (expected, actual) = (address(&trade.inspector).0, address(&trade.carrier).0);
    let wrong = EscrowError::WrongIssuer { document: INSPECTION, expected, actual };
    all.core(seller, &with(INSPECTION, by_carrier), wrong).await;
    let dated = now.after(Seconds::from_raw(DAY));
    let of_tomorrow = all.paper(id, &agreement, &trade.inspector, INSPECTION, dated);
    let future = EscrowError::DatedInFuture { document: INSPECTION, dated, now };
    all.core(seller, &with(INSPECTION, of_tomorrow), future).await;
    let dated = Timestamp::from_raw(now.raw() - 22 * DAY);
    let stale = all.paper(id, &agreement, &trade.carrier, BILL, dated);
    let latest = dated.after(agreement.terms.presentation_period);
    all.core(seller, &with(BILL, stale), EscrowError::LatePresentation { latest, now }).await;

    // As often as they can be: notices of one drawing, presentations of a credit.
    let mut named = trade.present(id, whole(100), "goods").await?;
    all.core(seller, &whole_set, EscrowError::PresentationOpen).await;
    for round in 0..MAXIMUM_NOTICES {
        if round > 0 {
            named = trade.present(id, whole(100), &format!("cure {round}")).await?;
        }
        trade.call(buyer, &escrow::notice(id, named, Discrepancies::OTHER, keccak(b"no"))).await?;
    }
    all.core(seller, &whole_set, EscrowError::TooManyNotices { maximum: MAXIMUM_NOTICES }).await;
    let worn = trade.fund(&agreement).await?;
    for _ in 0..MAXIMUM_PRESENTATIONS {
        trade.call(seller, &escrow::present(worn, whole(1), None, vec![], true)).await?;
    }
    let too_many = EscrowError::TooManyPresentations { maximum: MAXIMUM_PRESENTATIONS };
    all.core(seller, &bare(worn, whole(1)), too_many).await;

    let mut with_title = agreement;
    with_title.terms.title = Some(trade.title.0);
    with_title.terms.partial_drawings = false;
    let titled = trade.fund(&with_title).await?;
    let document = commitment(BILL, "goods");
    let reason = Some(RightError::UnknownTitle { document });
    let untitled = escrow::present(titled, whole(1_000), None, trade.papers(titled, "goods").await?, false);
    all.is(seller, &untitled, escrow::Error::TitleRefused { registry: trade.title, document, reason }).await;

    // Shipped after the latest date, then presented after the expiry.
    trade.wait_days(31).await?;
    let (shipped_at, latest) = (trade.now().await?, agreement.terms.latest_shipment);
    let shipped_late = escrow::present(late, whole(1), None, trade.papers(late, "goods").await?, false);
    all.core(seller, &shipped_late, EscrowError::LateShipment { shipped_at, latest }).await;
    trade.wait_until(agreement.terms.expiry).await?;
    let (expiry, now) = (agreement.terms.expiry, trade.now().await?);
    all.core(seller, &shipped_late, EscrowError::CreditExpired { expiry, now }).await;
    Ok(())
}

/// `present`: what may be drawn.
async fn drawing<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller) = (&trade.applicant, &trade.beneficiary);
    let agreement = all.small().await?;
    let draw = |id, amount, milestone| escrow::present(id, amount, milestone, vec![], false);
    let id = trade.fund(&agreement).await?;
    all.core(seller, &draw(id, Amount::ZERO, None), EscrowError::ZeroAmount).await;
    all.core(seller, &draw(id, whole(1), Some(5)), EscrowError::UnknownMilestone { milestone: 5 }).await;
    let overdrawn = EscrowError::Overdrawn { amount: whole(1_001), available: whole(1_000) };
    all.core(seller, &draw(id, whole(1_001), None), overdrawn).await;

    let mut single = agreement;
    single.terms.partial_drawings = false;
    let id = trade.fund(&single).await?;
    let partial = EscrowError::PartialDrawing { amount: whole(999), minimum: whole(1_000) };
    all.core(seller, &draw(id, whole(999), None), partial).await;

    let mut parts = agreement;
    by_milestones(&mut parts, 400, 600);
    let id = trade.fund(&parts).await?;
    all.core(seller, &draw(id, whole(400), None), EscrowError::MilestoneRequired).await;
    let another = EscrowError::MilestoneAmount { expected: whole(400), actual: whole(399) };
    all.core(seller, &draw(id, whole(399), Some(0)), another).await;
    let named = trade.present_milestone(id, 0).await?;
    trade.call(buyer, &escrow::accept(id, named)).await?;
    all.core(seller, &draw(id, whole(400), Some(0)), EscrowError::MilestonePaid { milestone: 0 }).await;

    let mut by_condition = agreement;
    by_condition.checklist = Checklist::default();
    after(&mut by_condition, Timestamp::ZERO);
    let id = trade.fund(&by_condition).await?;
    all.core(seller, &draw(id, whole(1), None), EscrowError::NotDocumentary).await;
    Ok(())
}

/// `accept`, `notice`, `waive`.
async fn examining<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller, keeper) = (&trade.applicant, &trade.beneficiary, &trade.keeper);
    let id = trade.fund(&all.small().await?).await?;
    let reasons = keccak(b"no");
    let notice = |id, named, what| escrow::notice(id, named, what, reasons);
    let nothing = PresentationId { number: 1, amount: whole(1) };
    let inspection = Discrepancies::of_document(usize::from(INSPECTION));
    for message in
        [escrow::accept(UNKNOWN, nothing), notice(UNKNOWN, nothing, inspection), escrow::waive(UNKNOWN, nothing)]
    {
        all.unknown(buyer, &message).await;
    }
    all.core(buyer, &escrow::accept(id, nothing), not_allowed(Act::Approve, Status::Funded)).await;
    all.core(buyer, &notice(id, nothing, inspection), not_allowed(Act::Notice, Status::Funded)).await;
    all.core(buyer, &escrow::waive(id, nothing), not_allowed(Act::Waive, Status::Funded)).await;

    let named = trade.present(id, whole(100), "wrong goods").await?;
    let actual = PresentationId { number: named.number + 1, ..named };
    let other = EscrowError::OtherPresentation { expected: named, actual };
    for (right, wrong) in [
        (escrow::accept(id, named), escrow::accept(id, actual)),
        (notice(id, named, inspection), notice(id, actual, inspection)),
    ] {
        all.core(keeper, &right, wrong_caller(buyer, keeper)).await;
        all.core(buyer, &wrong, other).await;
    }
    all.core(buyer, &notice(id, named, Discrepancies::NONE), EscrowError::EmptyNotice).await;
    let nowhere = notice(id, named, Discrepancies::of_document(7));
    all.core(buyer, &nowhere, EscrowError::UnknownDiscrepancy { bits: 1 << 7 }).await;
    let checked = notice(id, named, Discrepancies::LATE_SHIPMENT);
    all.core(buyer, &checked, EscrowError::RefutedDiscrepancy { bits: 1 << 8 }).await;
    trade.call(buyer, &notice(id, named, inspection)).await?;
    all.core(buyer, &notice(id, named, inspection), EscrowError::SecondNotice).await;
    all.core(keeper, &escrow::waive(id, named), wrong_caller(buyer, keeper)).await;
    all.core(buyer, &escrow::waive(id, actual), other).await;

    // The bill of lading is the same as before, when nothing was wrong with it.
    let mut papers = trade.papers(id, "wrong goods").await?;
    papers[usize::from(INSPECTION)] = Some(trade.paper(id, INSPECTION, "right goods").await?);
    trade.call(seller, &escrow::present(id, whole(100), None, papers, false)).await?;
    let late = notice(id, actual, Discrepancies::of_document(usize::from(BILL)));
    all.core(buyer, &late, EscrowError::PrecludedDiscrepancy { bits: 1 << BILL }).await;

    // Without the bill of lading there is no title, and no waiver of that.
    let mut titled = all.small().await?;
    titled.terms.title = Some(trade.title.0);
    titled.terms.partial_drawings = false;
    let bare = trade.fund(&titled).await?;
    let mut papers = trade.papers(bare, "goods").await?;
    papers[usize::from(BILL)] = None;
    trade.call(seller, &escrow::present(bare, titled.terms.amount, None, papers, true)).await?;
    let named = PresentationId { number: 1, amount: titled.terms.amount };
    all.core(buyer, &escrow::waive(bare, named), EscrowError::TitleNotInCustody).await;

    trade.wait_days(7).await?;
    all.kind(buyer, &escrow::accept(id, actual), "ExaminationOver").await;
    all.kind(buyer, &notice(id, actual, inspection), "ExaminationOver").await;
    Ok(())
}

/// `settle`, `mature`, `execute`.
async fn settling<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, keeper) = (&trade.applicant, &trade.keeper);
    let agreement = all.small().await?;
    let signed = trade.sign(&agreement).await?;
    let id = trade.fund(&agreement).await?;
    all.unknown(keeper, &escrow::settle(UNKNOWN)).await;
    all.core(keeper, &escrow::settle(id), not_allowed(Act::Settle, Status::Funded)).await;

    let mut at_usance = agreement;
    at_usance.terms.payment = Payment::Usance { tenor: Seconds::from_raw(DAY), sight_share: Bps::ZERO };
    let accepted = trade.fund(&at_usance).await?;
    let named = trade.present(accepted, whole(500), "goods").await?;
    let maturity = trade.now().await?.after(Seconds::from_raw(DAY));
    trade.call(buyer, &escrow::accept(accepted, named)).await?;
    all.unknown(keeper, &escrow::mature(UNKNOWN, 0)).await;
    all.core(keeper, &escrow::mature(signed, 0), not_allowed(Act::Mature, Status::Signed)).await;
    all.core(keeper, &escrow::mature(accepted, 1), EscrowError::UnknownAcceptance { number: 1 }).await;
    let now = trade.now().await?;
    all.core(keeper, &escrow::mature(accepted, 0), EscrowError::NotMature { maturity, now }).await;
    trade.wait_until(maturity).await?;
    trade.call(keeper, &escrow::mature(accepted, 0)).await?;
    all.core(keeper, &escrow::mature(accepted, 0), EscrowError::AlreadyPaid { number: 0 }).await;

    let nothing = Trade::<C>::no_proofs;
    all.unknown(keeper, &escrow::execute(UNKNOWN, nothing())).await;
    all.core(keeper, &escrow::execute(signed, nothing()), not_allowed(Act::Execute, Status::Signed)).await;
    let none = EscrowError::Condition(ConditionError::Empty);
    all.core(keeper, &escrow::execute(id, nothing()), none).await;
    let three = escrow::Proofs { preimages: vec![[1; 32]; 3], ..nothing() };
    all.is(keeper, &escrow::execute(id, three), escrow::Error::TooMany { given: 3, maximum: 2 }).await;
    let (_, signature) = sign_approval(keeper, &trade.domain, id, &agreement.hash(keccak));
    let forged = escrow::Proofs { signatures: vec![(address(buyer), signature)], ..nothing() };
    all.is(keeper, &escrow::execute(id, forged), wrong_signer(buyer)).await;
    let mut someday = agreement;
    after(&mut someday, agreement.terms.expiry);
    let id = trade.fund(&someday).await?;
    all.core(keeper, &escrow::execute(id, nothing()), EscrowError::ConditionsNotMet).await;
    // What the tolerance leaves is for goods that were measured, and conditions measure none.
    let mut about = agreement;
    about.terms.tolerance.more = Bps::from_raw(1_000);
    after(&mut about, Timestamp::ZERO);
    let id = trade.fund(&about).await?;
    let named = trade.present(id, whole(1_000), "goods").await?;
    trade.call(buyer, &escrow::accept(id, named)).await?;
    all.core(keeper, &escrow::execute(id, nothing()), EscrowError::ZeroAmount).await;
    Ok(())
}

/// `raise`, `offer`, `accept_offer`.
async fn raising<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller, keeper, bank) = (&trade.applicant, &trade.beneficiary, &trade.keeper, &trade.financier);
    let coin = trade.world.suite.token;
    // Somebody who could pay the bond and is no party.
    trade.world.pay(buyer, address(bank), coins(100)).await?;
    approve_spender(&trade.world, bank, coin, trade.escrow).await?;
    let agreement = all.small().await?;
    let signed = trade.sign(&agreement).await?;
    let id = trade.fund(&agreement).await?;
    all.unknown(seller, &escrow::raise(UNKNOWN)).await;
    all.core(seller, &escrow::raise(signed), not_allowed(Act::Raise, Status::Signed)).await;
    let refused = escrow::Error::TransferRefused { asset: coin, from: address(keeper), amount: whole(20) };
    all.is(keeper, &escrow::raise(id), refused).await;
    let stranger = escrow::Error::Escrow(wrong_caller(seller, bank));
    all.undone(bank, &escrow::raise(id), stranger, (id, coin)).await?;
    all.core(buyer, &escrow::raise(id), wrong_caller(seller, buyer)).await;
    let mut with_title = agreement;
    with_title.terms.title = Some(trade.title.0);
    with_title.terms.partial_drawings = false;
    let titled = trade.fund(&with_title).await?;
    all.core(seller, &escrow::raise(titled), EscrowError::TitleNotInCustody).await;
    let hostile = all.hostile().await?;
    let taxed = trade.fund(&all.small_in(hostile).await?).await?;
    all.behave(hostile, TAKES_FEE).await?;
    let received = Amount::from_raw(whole(198).raw() / 10);
    let short = EscrowError::WrongPayment { required: whole(20), received };
    all.undone(seller, &escrow::raise(taxed), escrow::Error::Escrow(short), (taxed, hostile)).await?;

    all.unknown(seller, &escrow::offer(UNKNOWN, whole(1))).await;
    all.unknown(seller, &escrow::accept_offer(UNKNOWN, whole(1))).await;
    all.core(seller, &escrow::offer(id, whole(1)), not_allowed(Act::Offer, Status::Funded)).await;
    all.core(seller, &escrow::accept_offer(id, whole(1)), not_allowed(Act::AcceptOffer, Status::Funded)).await;
    trade.call(seller, &escrow::raise(id)).await?;
    all.core(seller, &escrow::raise(id), EscrowError::AlreadyDisputed).await;
    all.core(bank, &escrow::offer(id, whole(1)), not_party(bank)).await;
    all.core(bank, &escrow::accept_offer(id, whole(1)), not_party(bank)).await;
    let above = EscrowError::AboveStake { amount: whole(1_001), stake: whole(1_000) };
    all.core(buyer, &escrow::offer(id, whole(1_001)), above).await;
    let none = EscrowError::NoSuchOffer { standing: None, named: whole(1) };
    all.core(buyer, &escrow::accept_offer(id, whole(1)), none).await;
    for offer in [100, 200, 300] {
        trade.call(buyer, &escrow::offer(id, whole(offer))).await?;
    }
    all.core(buyer, &escrow::offer(id, whole(400)), EscrowError::TooManyOffers { maximum: 3 }).await;
    let newer = EscrowError::NoSuchOffer { standing: Some(whole(300)), named: whole(200) };
    all.core(seller, &escrow::accept_offer(id, whole(200)), newer).await;
    Ok(())
}

/// `rule`, `appeal`, `rule_fallback`, `collect_fee`.
async fn ruling<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller, keeper, bank) = (&trade.applicant, &trade.beneficiary, &trade.keeper, &trade.financier);
    let (coin, hostile, fallback) = (trade.world.suite.token, all.hostile().await?, &trade.fallback);
    let award = Some(whole(500));
    let (agreement, in_hostile) = (all.small().await?, all.small_in(hostile).await?);
    let open = trade.fund(&agreement).await?;
    let (id, silent) = (all.raised(&agreement).await?, all.raised(&agreement).await?);
    let (taxed, unpaid) = (all.raised(&in_hostile).await?, all.raised(&in_hostile).await?);
    let strangers: Vec<&Signer> = trade.arbitrators[..3].iter().collect();
    all.unknown(keeper, &escrow::rule(UNKNOWN, seats(&strangers, award))).await;
    all.unknown(seller, &escrow::appeal(UNKNOWN)).await;
    all.unknown(fallback, &escrow::rule_fallback(UNKNOWN, whole(1))).await;
    all.unknown(fallback, &escrow::collect_fee(UNKNOWN)).await;
    all.core(keeper, &escrow::rule(open, seats(&strangers, award)), not_allowed(Act::Rule, Status::Funded)).await;
    all.core(seller, &escrow::appeal(open), not_allowed(Act::Appeal, Status::Funded)).await;
    let early = escrow::rule_fallback(open, whole(1));
    all.core(fallback, &early, not_allowed(Act::RuleFallback, Status::Funded)).await;
    let none = escrow::Error::NoFee { escrow: open, caller: address(fallback) };
    all.is(fallback, &escrow::collect_fee(open), none).await;

    trade.wait_days(3).await?;
    let by_keeper = EscrowError::WrongCaller { expected: trade.arbitration.0, caller: address(keeper).0 };
    all.core(keeper, &escrow::rule(id, seats(&strangers, award)), by_keeper).await;
    let size = EscrowError::WrongPanelSize { expected: 3, actual: 2 };
    all.court(&escrow::rule(id, seats(&strangers[..2], award)), size).await;
    let twice = escrow::rule(id, seats(&[strangers[0], strangers[1], strangers[0]], award));
    all.court(&twice, EscrowError::SeatTwice { member: address(strangers[0]).0 }).await;
    let nobody = EscrowError::PanelSilent { revealed: 0, required: 2 };
    all.court(&escrow::rule(id, seats(&strangers, None)), nobody).await;
    let mut panels = Vec::new();
    for id in [id, taxed] {
        let panel = trade.seat(id, false).await?;
        trade.hear(id, false, &panel, &[award; 3]).await?;
        panels.push(panel);
    }

    let stranger = escrow::Error::Escrow(not_party(bank));
    all.undone(bank, &escrow::appeal(id), stranger, (id, coin)).await?;
    let refused = escrow::Error::TransferRefused { asset: coin, from: address(keeper), amount: whole(20) };
    all.is(keeper, &escrow::appeal(id), refused).await;
    all.behave(hostile, TAKES_FEE).await?;
    let received = Amount::from_raw(whole(198).raw() / 10);
    let short = EscrowError::WrongPayment { required: whole(20), received };
    all.undone(seller, &escrow::appeal(taxed), escrow::Error::Escrow(short), (taxed, hostile)).await?;
    all.behave(hostile, HONEST).await?;
    trade.call(seller, &escrow::appeal(id)).await?;
    all.core(buyer, &escrow::appeal(id), EscrowError::AlreadyAppealed).await;
    let sat = |member: &&Signer| panels[0].iter().any(|earlier| earlier.account() == member.account());
    let mut seven: Vec<&Signer> = trade.arbitrators.iter().filter(|member| !sat(member)).take(6).collect();
    seven.push(panels[0][1]);
    let before = EscrowError::SeatedBefore { member: address(panels[0][1]).0 };
    all.court(&escrow::rule(id, seats(&seven, award)), before).await;

    trade.wait_days(10).await?;
    let by_bank = wrong_caller(fallback, bank);
    all.core(bank, &escrow::rule_fallback(silent, whole(1)), by_bank).await;
    let above = EscrowError::AboveStake { amount: whole(1_001), stake: whole(1_000) };
    all.core(fallback, &escrow::rule_fallback(silent, whole(1_001)), above).await;
    // The fee waits. Where the token moves it and does not say so nothing changes, where it does not give it the fee becomes a
    // claim.
    trade.call(fallback, &escrow::rule_fallback(unpaid, whole(500))).await?;
    trade.call(keeper, &escrow::settle(unpaid)).await?;
    all.behave(hostile, RETURNS_NOTHING).await?;
    all.kind(fallback, &escrow::collect_fee(unpaid), "Insolvent").await;
    all.behave(hostile, REVERTS).await?;
    trade.call(fallback, &escrow::collect_fee(unpaid)).await?;
    assert_eq!(trade.claim_of(hostile, fallback).await?, whole(5));
    trade.check_books(hostile).await
}

/// `amend`.
async fn amendment<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, keeper, coin) = (&trade.applicant, &trade.keeper, trade.world.suite.token);
    let (agreement, hostile) = (all.small().await?, all.hostile().await?);
    let deadline = trade.now().await?.after(Seconds::from_raw(DAY));
    let amend =
        |id: u64, new: Agreement, nonce| escrow::amend(id, new, all.consents(id, &new.hash(keccak), nonce, deadline));
    let (signed, id) = (trade.sign(&agreement).await?, trade.fund(&agreement).await?);
    all.unknown(buyer, &escrow::amend(UNKNOWN, agreement, vec![])).await;
    all.core(buyer, &escrow::amend(signed, agreement, vec![]), not_allowed(Act::Amend, Status::Signed)).await;
    let mut longer = agreement;
    longer.terms.response = Seconds::from_raw(8 * DAY);
    let hash = longer.hash(keccak);
    let both = all.consents(id, &hash, 0, deadline);
    let four = [both.clone(), both.clone()].concat();
    all.is(buyer, &escrow::amend(id, longer, four), escrow::Error::TooMany { given: 4, maximum: 3 }).await;
    let mut forged = both.clone();
    forged[0].signature = both[1].signature.clone();
    all.is(buyer, &escrow::amend(id, longer, forged), wrong_signer(buyer)).await;
    let missing = EscrowError::MissingConsent { signer: address(buyer).0 };
    all.core(buyer, &escrow::amend(id, longer, both[1..].to_vec()), missing).await;
    let part = agreement.hash(keccak);
    let partial = EscrowError::PartialAcceptance { signer: address(buyer).0, expected: hash, actual: part };
    all.core(buyer, &escrow::amend(id, longer, all.consents(id, &part, 0, deadline)), partial).await;
    all.core(buyer, &amend(id, longer, 1), EscrowError::WrongNonce { expected: 0, given: 1 }).await;
    let now = trade.now().await?;
    let past = Timestamp::from_raw(now.raw() - 1);
    let expired = EscrowError::ConsentExpired { deadline: past, now };
    all.core(buyer, &escrow::amend(id, longer, all.consents(id, &hash, 0, past)), expired).await;

    let mut other = agreement;
    other.terms.beneficiary = address(keeper).0;
    let fixed = EscrowError::Terms(TermsError::Fixed { term: Term::Beneficiary });
    all.core(buyer, &amend(id, other, 0), fixed).await;
    let mut other = agreement;
    other.terms.maximum_fee = Bps::from_raw(49);
    let dear = EscrowError::FeeAboveMaximum { fee: Bps::from_raw(50), maximum: Bps::from_raw(49) };
    all.core(buyer, &amend(id, other, 0), dear).await;
    let mut other = agreement;
    other.dispute.pool = 999;
    let small = escrow::Error::PoolTooSmall { pool: 999, members: 0, required: 13 };
    all.is(buyer, &amend(id, other, 0), small).await;
    let mut other = agreement;
    other.conditions.tree.nodes[0] = Some(Node::All(1));
    let missing = ConditionError::MissingOperands { node: 0, needed: 1, available: 0 };
    all.core(buyer, &amend(id, other, 0), EscrowError::Condition(missing)).await;
    let mut endless = agreement;
    endless.terms.amount = Amount::MAX;
    endless.terms.tolerance.more = Bps::from_raw(1);
    all.core(buyer, &amend(id, endless, 0), EscrowError::Math(MathError::Overflow)).await;
    let mut larger = agreement;
    larger.terms.amount = whole(1_100);
    let refused = escrow::Error::TransferRefused { asset: coin, from: address(keeper), amount: whole(100) };
    all.is(keeper, &amend(id, larger, 0), refused).await;

    let mut screened = agreement;
    screened.terms.compliance = Some(hostile.0);
    let watched = trade.fund(&screened).await?;
    deny(&trade.world, keeper, hostile, address(buyer)).await?;
    screened.terms.amount = whole(1_100);
    let denied = escrow::Error::Escrow(EscrowError::Denied { account: address(buyer).0 });
    all.undone(buyer, &amend(watched, screened, 0), denied, (watched, coin)).await?;
    let mut taxed = all.small_in(hostile).await?;
    let in_hostile = trade.fund(&taxed).await?;
    taxed.terms.amount = whole(1_100);
    all.behave(hostile, TAKES_FEE).await?;
    let short = escrow::Error::Escrow(EscrowError::WrongPayment { required: whole(100), received: whole(99) });
    all.undone(buyer, &amend(in_hostile, taxed, 0), short, (in_hostile, hostile)).await?;

    let named = trade.present(id, whole(600), "goods").await?;
    trade.call(buyer, &escrow::accept(id, named)).await?;
    let mut smaller = agreement;
    smaller.terms.amount = whole(500);
    let below = EscrowError::BelowDrawn { limit: whole(500), drawn: whole(600) };
    all.core(buyer, &amend(id, smaller, 0), below).await;
    let mut parts = agreement;
    by_milestones(&mut parts, 400, 600);
    let id = trade.fund(&parts).await?;
    let named = trade.present_milestone(id, 0).await?;
    trade.call(buyer, &escrow::accept(id, named)).await?;
    by_milestones(&mut parts, 500, 500);
    let differ = EscrowError::MilestonesDiffer { expected: whole(600), actual: whole(500) };
    all.core(buyer, &amend(id, parts, 0), differ).await;
    Ok(())
}

/// `agree`.
async fn division<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, keeper) = (&trade.applicant, &trade.keeper);
    let agreement = all.small().await?;
    let hash = agreement.hash(keccak);
    let now = trade.now().await?;
    let deadline = now.after(Seconds::from_raw(DAY));
    let (signed, id) = (trade.sign(&agreement).await?, trade.fund(&agreement).await?);
    let split = |stake, to| AgreedSplit::new(hash, false, whole(stake), whole(to), keccak).hash();
    let agree = |stake, to, consents| escrow::agree(id, whole(stake), whole(to), consents);
    let half = split(1_000, 500);
    let both = all.consents(id, &half, 0, deadline);
    all.unknown(keeper, &escrow::agree(UNKNOWN, whole(1_000), whole(500), vec![])).await;
    let early = escrow::agree(signed, whole(1_000), whole(500), vec![]);
    all.core(keeper, &early, not_allowed(Act::Agree, Status::Signed)).await;
    let four = [both.clone(), both.clone()].concat();
    all.is(keeper, &agree(1_000, 500, four), escrow::Error::TooMany { given: 4, maximum: 3 }).await;
    let mut forged = both.clone();
    forged[0].signature = both[1].signature.clone();
    all.is(keeper, &agree(1_000, 500, forged), wrong_signer(buyer)).await;
    let other = EscrowError::OtherStake { expected: whole(1_000), actual: whole(900) };
    all.core(keeper, &agree(900, 500, all.consents(id, &split(900, 500), 0, deadline)), other).await;
    let missing = EscrowError::MissingConsent { signer: address(buyer).0 };
    all.core(keeper, &agree(1_000, 500, both[1..].to_vec()), missing).await;
    let (signer, actual) = (address(buyer).0, split(1_000, 400));
    let partial = EscrowError::PartialAcceptance { signer, expected: half, actual };
    all.core(keeper, &agree(1_000, 500, all.consents(id, &actual, 0, deadline)), partial).await;
    let later = all.consents(id, &half, 1, deadline);
    all.core(keeper, &agree(1_000, 500, later), EscrowError::WrongNonce { expected: 0, given: 1 }).await;
    let past = Timestamp::from_raw(now.raw() - 1);
    let expired = EscrowError::ConsentExpired { deadline: past, now };
    all.core(keeper, &agree(1_000, 500, all.consents(id, &half, 0, past)), expired).await;
    let above = EscrowError::AboveStake { amount: whole(1_001), stake: whole(1_000) };
    all.core(keeper, &agree(1_000, 1_001, all.consents(id, &split(1_000, 1_001), 0, deadline)), above).await;
    Ok(())
}

/// `assign`, `pass_on`.
async fn rights<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (seller, bank) = (&trade.beneficiary, &trade.financier);
    let id = trade.fund(&all.small().await?).await?;
    let [seller_at, bank_at] = [seller, bank].map(|one| address(one).0);
    let part = Bps::from_raw;
    let to = |number: u8| Address::from([number; 20]);
    all.unknown(seller, &escrow::assign(UNKNOWN, to(1), part(1))).await;
    all.unknown(seller, &escrow::pass_on(UNKNOWN, 0, to(1))).await;
    let refusals = [
        (bank, to(1), part(1), RightError::NotOwner { owner: seller_at, caller: bank_at }),
        (seller, Address::zero(), part(1), RightError::WrongRecipient { to: [0; 20] }),
        (seller, address(seller), part(1), RightError::WrongRecipient { to: seller_at }),
        (seller, to(1), part(0), RightError::NoPart),
        (seller, to(1), part(10_001), RightError::AboveUnassigned { part: part(10_001), unassigned: Bps::ONE }),
    ];
    for (who, to, part, expected) in refusals {
        all.core(who, &escrow::assign(id, to, part), EscrowError::Right(expected)).await;
    }
    trade.call(seller, &escrow::assign(id, address(bank), part(100))).await?;
    for number in 1..MAXIMUM_SHARES as u8 {
        trade.call(seller, &escrow::assign(id, to(number), part(100))).await?;
    }
    // Nor does an amendment make one of somebody who has a part.
    let mut inspected = all.small().await?;
    let kind = DocumentKind::Inspection;
    inspected.checklist.documents[usize::from(INSPECTION)] = Some(RequiredDocument { kind, issuer: bank_at });
    let consents = trade.consents(id, &inspected.hash(keccak)).await?;
    let attestor = EscrowError::AttestorHoldsPart { account: bank_at };
    all.core(seller, &escrow::amend(id, inspected, consents), attestor).await;
    // Who ships the goods is not paid for saying so.
    let attestor = EscrowError::AttestorHoldsPart { account: address(&trade.carrier).0 };
    all.core(seller, &escrow::assign(id, address(&trade.carrier), part(100)), attestor).await;
    all.core(bank, &escrow::pass_on(id, 0, address(&trade.carrier)), attestor).await;
    let full = RightError::TooManyShares { maximum: MAXIMUM_SHARES as u8 };
    all.core(seller, &escrow::assign(id, to(99), part(100)), EscrowError::Right(full)).await;
    let refusals = [
        (seller, 0, to(1), RightError::NotHolder { holder: bank_at, caller: seller_at }),
        (bank, 9, to(1), RightError::UnknownShare { place: 9 }),
        (bank, 0, Address::zero(), RightError::WrongRecipient { to: [0; 20] }),
        (bank, 0, address(bank), RightError::WrongRecipient { to: bank_at }),
    ];
    for (who, place, to, expected) in refusals {
        all.core(who, &escrow::pass_on(id, place, to), EscrowError::Right(expected)).await;
    }
    Ok(())
}

/// `claim`, `claim_for`, `deliver_title`.
async fn claims<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller, keeper, bank) = (&trade.applicant, &trade.beneficiary, &trade.keeper, &trade.financier);
    let (coin, hostile) = (trade.world.suite.token, all.hostile().await?);
    let mut agreement = all.small_in(hostile).await?;
    agreement.terms.compliance = Some(hostile.0);
    let id = trade.fund(&agreement).await?;
    let named = trade.present(id, whole(1_000), "goods").await?;
    all.behave(hostile, RETURNS_FALSE).await?;
    trade.call(buyer, &escrow::accept(id, named)).await?;
    // The seller has a claim, about whose redirection the contract of the terms is asked.
    let (owed, nobody) = (whole(995), Address::zero());
    let claim_of = escrow::claim_of(hostile, hostile, address(seller));
    assert_eq!(trade.world.suite.client.read(trade.escrow, &claim_of).await?.amount, owed);
    deny(&trade.world, keeper, hostile, address(bank)).await?;

    let now = trade.now().await?;
    let deadline = now.after(Seconds::from_raw(DAY));
    let past = Timestamp::from_raw(now.raw() - 1);
    let claim = |asset, screening, to| escrow::claim(asset, screening, address(seller), to);
    let redirect = |asset, screening, to: &Signer, nonce, deadline: Timestamp| {
        let signature = sign_redirection(seller, &trade.domain, asset, screening, address(to), nonce, deadline);
        escrow::claim_for(asset, screening, address(seller), address(to), nonce, deadline.raw(), signature)
    };
    let nowhere = address(keeper);
    let unknown = || escrow::Error::UnknownAsset { asset: nowhere };
    all.is(seller, &claim(nowhere, nobody, address(seller)), unknown()).await;
    all.is(keeper, &redirect(nowhere, nobody, seller, 0, deadline), unknown()).await;
    let nothing = EscrowError::NothingToClaim { account: address(seller).0 };
    all.core(seller, &claim(coin, nobody, address(seller)), nothing).await;
    all.core(keeper, &redirect(coin, nobody, seller, 0, deadline), nothing).await;
    all.core(keeper, &claim(hostile, hostile, address(keeper)), wrong_caller(seller, keeper)).await;
    let denied = EscrowError::Denied { account: address(bank).0 };
    all.core(seller, &claim(hostile, hostile, address(bank)), denied).await;
    all.core(keeper, &redirect(hostile, hostile, bank, 0, deadline), denied).await;
    let unpaid = |to| escrow::Error::PayoutRefused { asset: hostile, to, amount: owed };
    let own = claim(hostile, hostile, address(seller));
    all.undone(keeper, &own, unpaid(address(seller)), (id, hostile)).await?;
    let elsewhere = redirect(hostile, hostile, keeper, 0, deadline);
    all.undone(keeper, &elsewhere, unpaid(address(keeper)), (id, hostile)).await?;
    // Paid to the contract itself it would belong to nobody.
    all.behave(hostile, HONEST).await?;
    all.is(seller, &claim(hostile, hostile, trade.escrow), unpaid(trade.escrow)).await;
    assert_eq!(trade.world.suite.client.read(trade.escrow, &claim_of).await?.amount, owed);

    let of_keeper = sign_redirection(keeper, &trade.domain, hostile, hostile, nowhere, 0, deadline);
    let forged = escrow::claim_for(hostile, hostile, address(seller), nowhere, 0, deadline.raw(), of_keeper);
    all.is(keeper, &forged, wrong_signer(seller)).await;
    let wrong = EscrowError::WrongNonce { expected: 0, given: 1 };
    all.core(keeper, &redirect(hostile, hostile, seller, 1, deadline), wrong).await;
    let expired = EscrowError::ConsentExpired { deadline: past, now };
    all.core(keeper, &redirect(hostile, hostile, seller, 0, past), expired).await;

    let document = keccak(b"nothing waits");
    let nothing = escrow::Error::NothingToDeliver { escrow: id, document };
    all.is(keeper, &escrow::deliver_title(id, address(&trade.carrier), document), nothing).await;
    Ok(())
}

/// `quote`, `withdraw_quote`, `place_order`.
async fn exchange<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller, keeper) = (&trade.applicant, &trade.beneficiary, &trade.keeper);
    let (coin, hostile) = (trade.world.suite.token, all.hostile().await?);
    let id = trade.fund(&all.small().await?).await?;
    let now = trade.now().await?;
    let expires = now.after(Seconds::from_raw(DAY));
    let quote = |sell, buy, amount, out, expires: Timestamp| escrow::quote(sell, buy, amount, out, expires.raw());
    let ten = whole(10);
    all.swap(seller, &quote(coin, hostile, Amount::ZERO, ten, expires), SwapError::ZeroAmount).await;
    let same = SwapError::OtherAssets { sell: coin.0, buy: coin.0 };
    all.swap(seller, &quote(coin, coin, ten, ten, expires), same).await;
    let over = SwapError::QuoteExpired { expires: now, now };
    all.swap(seller, &quote(coin, hostile, ten, ten, now), over).await;
    let unknown = escrow::Error::UnknownAsset { asset: address(keeper) };
    all.is(seller, &quote(coin, address(keeper), ten, ten, expires), unknown).await;
    let refused = escrow::Error::TransferRefused { asset: hostile, from: address(keeper), amount: ten };
    all.is(keeper, &quote(coin, hostile, ten, ten, expires), refused).await;
    all.behave(hostile, TAKES_FEE).await?;
    let received = Amount::from_raw(whole(99).raw() / 10);
    let short = escrow::Error::Swap(SwapError::WrongPayment { required: ten, received });
    all.undone(seller, &quote(coin, hostile, ten, ten, expires), short, (id, hostile)).await?;
    all.behave(hostile, HONEST).await?;

    let number = trade.call(buyer, &quote(coin, hostile, ten, ten, expires)).await?.value;
    let reverse = trade.call(buyer, &quote(hostile, coin, ten, ten, expires)).await?.value;
    all.is(keeper, &escrow::withdraw_quote(UNKNOWN), escrow::Error::UnknownQuote { quote: UNKNOWN }).await;
    all.swap(keeper, &escrow::withdraw_quote(number), SwapError::QuoteHolds { expires, now }).await;
    let order = |id, quote, sell, minimum| escrow::place_order(id, quote, sell, minimum, expires.raw());
    all.unknown(seller, &order(UNKNOWN, number, ten, ten)).await;
    let not_payee = escrow::Error::NotPayee { caller: address(keeper) };
    all.is(keeper, &order(id, number, ten, ten), not_payee).await;
    let unknown = escrow::Error::UnknownQuote { quote: UNKNOWN };
    all.is(seller, &order(id, UNKNOWN, ten, ten), unknown).await;
    all.swap(seller, &order(id, number, ten, Amount::ZERO), SwapError::ZeroAmount).await;
    let others = SwapError::OtherAssets { sell: hostile.0, buy: coin.0 };
    all.swap(seller, &order(id, reverse, ten, ten), others).await;
    trade.wait_until(expires).await?;
    trade.call(keeper, &escrow::withdraw_quote(number)).await?;
    all.swap(keeper, &escrow::withdraw_quote(number), SwapError::ZeroAmount).await;
    Ok(())
}

/// `agree_leg`, `bond_leg`, `lock_leg`, `claim_leg`, `refund_leg`.
async fn legs<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (funder, claimer, keeper) = (&trade.applicant, &trade.beneficiary, &trade.keeper);
    let [funder_at, claimer_at, keeper_at] = [funder, claimer, keeper].map(|one| address(one).0);
    let (coin, hostile) = (trade.world.suite.token, all.hostile().await?);
    let terms = all.leg_in(coin).await?;
    let unknown = escrow::Error::UnknownAsset { asset: address(keeper) };
    let elsewhere = escrow::agree_leg(LegTerms { asset: keeper_at, ..terms });
    all.is(funder, &elsewhere, unknown).await;
    let strange = SwapError::WrongCaller { expected: claimer_at, caller: keeper_at };
    all.swap(keeper, &escrow::agree_leg(terms), strange).await;
    let free = escrow::agree_leg(LegTerms { premium: Amount::ZERO, ..terms });
    all.swap(funder, &free, SwapError::ZeroAmount).await;
    let endless = escrow::agree_leg(LegTerms { premium: Amount::MAX, ..terms });
    all.swap(funder, &endless, SwapError::Math(MathError::Overflow)).await;
    let claim_until = terms.claim_until;
    let narrow = SwapError::GapTooSmall { claim_until, refund_from: claim_until };
    all.swap(funder, &escrow::agree_leg(LegTerms { refund_from: claim_until, ..terms }), narrow).await;
    let far = escrow::agree_leg(LegTerms { refund_from: all.bound(91 * 24, 3_000).await?, ..terms });
    all.kind(funder, &far, "TooFarAhead").await;

    // One leg of each stage, and the first two of them in a token that takes a fee.
    let mut made = Vec::new();
    for terms in [terms, terms, terms, terms, all.leg_in(hostile).await?, all.leg_in(hostile).await?] {
        made.push(trade.call(funder, &escrow::agree_leg(terms)).await?.value);
    }
    let [agreed, bonded, locked, claimed, agreed_taxed, bonded_taxed] = made[..] else { panic!("six legs") };
    for leg in [bonded, locked, claimed, bonded_taxed] {
        trade.call(claimer, &escrow::bond_leg(leg)).await?;
    }
    for leg in [locked, claimed] {
        trade.call(funder, &escrow::lock_leg(leg)).await?;
    }
    trade.call(keeper, &escrow::claim_leg(claimed, [1; 32])).await?;

    let unknown = || escrow::Error::UnknownLeg { leg: UNKNOWN };
    all.is(claimer, &escrow::bond_leg(UNKNOWN), unknown()).await;
    all.is(funder, &escrow::lock_leg(UNKNOWN), unknown()).await;
    all.is(keeper, &escrow::claim_leg(UNKNOWN, [1; 32]), unknown()).await;
    all.is(keeper, &escrow::refund_leg(UNKNOWN), unknown()).await;
    let refused = |amount| escrow::Error::TransferRefused { asset: coin, from: address(keeper), amount };
    all.is(keeper, &escrow::bond_leg(agreed), refused(whole(10))).await;
    all.is(keeper, &escrow::lock_leg(bonded), refused(whole(100))).await;
    let stage = |expected, actual| SwapError::WrongStage { expected, actual };
    all.swap(claimer, &escrow::bond_leg(bonded), stage(LegStage::Agreed, LegStage::Bonded)).await;
    all.swap(funder, &escrow::lock_leg(agreed), stage(LegStage::Bonded, LegStage::Agreed)).await;
    all.swap(keeper, &escrow::claim_leg(agreed, [1; 32]), stage(LegStage::Locked, LegStage::Agreed)).await;
    all.swap(keeper, &escrow::refund_leg(claimed), stage(LegStage::Locked, LegStage::Claimed)).await;
    let by_funder = SwapError::WrongCaller { expected: claimer_at, caller: funder_at };
    all.swap(funder, &escrow::bond_leg(agreed), by_funder).await;
    let by_claimer = SwapError::WrongCaller { expected: funder_at, caller: claimer_at };
    all.swap(claimer, &escrow::lock_leg(bonded), by_claimer).await;
    let wrong = SwapError::WrongPreimage { expected: keccak(&[1; 32]), actual: keccak(&[2; 32]) };
    all.swap(keeper, &escrow::claim_leg(locked, [2; 32]), wrong).await;
    all.kind(keeper, &escrow::refund_leg(locked), "TooEarly").await;
    all.behave(hostile, TAKES_FEE).await?;
    let short = |required, received| SwapError::WrongPayment { required, received };
    let received = Amount::from_raw(whole(99).raw() / 10);
    all.swap(claimer, &escrow::bond_leg(agreed_taxed), short(whole(10), received)).await;
    all.swap(funder, &escrow::lock_leg(bonded_taxed), short(whole(100), whole(99))).await;

    trade.wait_until(terms.lock_until.time).await?;
    all.kind(claimer, &escrow::bond_leg(agreed), "TooLate").await;
    all.kind(funder, &escrow::lock_leg(bonded), "TooLate").await;
    trade.wait_until(terms.claim_until.time).await?;
    all.kind(keeper, &escrow::claim_leg(locked, [1; 32]), "TooLate").await;
    Ok(())
}

/// A token that moves what it was told to and does not say so: what it was to pay would be owed and be gone. Each
/// message that pays is undone.
async fn uncovered<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, seller, keeper) = (&trade.applicant, &trade.beneficiary, &trade.keeper);
    let (coin, hostile) = (trade.world.suite.token, all.hostile().await?);
    let agreement = all.small_in(hostile).await?;
    let now = trade.now().await?;
    let reasons = keccak(b"no");
    let examined = trade.fund(&agreement).await?;
    let named = trade.present(examined, whole(500), "goods").await?;
    let accept = escrow::accept(examined, named);
    let refused = trade.fund(&agreement).await?;
    let named = trade.present(refused, whole(500), "goods").await?;
    trade.call(buyer, &escrow::notice(refused, named, Discrepancies::OTHER, reasons)).await?;
    let waive = escrow::waive(refused, named);
    let disputed = all.raised(&agreement).await?;
    trade.call(seller, &escrow::offer(disputed, whole(600))).await?;
    let (amended, divided) = (trade.fund(&agreement).await?, trade.fund(&agreement).await?);
    let mut by_time = agreement;
    after(&mut by_time, Timestamp::ZERO);
    let met = trade.fund(&by_time).await?;
    let mut at_usance = agreement;
    at_usance.terms.payment = Payment::Usance { tenor: Seconds::from_raw(DAY), sight_share: Bps::ZERO };
    let accepted = trade.fund(&at_usance).await?;
    let named = trade.present(accepted, whole(500), "goods").await?;
    trade.call(buyer, &escrow::accept(accepted, named)).await?;
    let mut brief = agreement;
    brief.terms.expiry = now.after(Seconds::from_raw(DAY));
    brief.terms.latest_shipment = brief.terms.expiry;
    let expired = trade.fund(&brief).await?;
    let expires = now.raw() + 3_600;
    let number = trade.call(seller, &escrow::quote(coin, hostile, whole(10), whole(10), expires)).await?.value;
    let mut lasting = all.leg_in(hostile).await?;
    lasting.claim_until = all.bound(10 * 24, 2_000).await?;
    lasting.refund_from = all.bound(11 * 24, 3_000).await?;
    let mut lapsing = lasting;
    lapsing.lock_until = all.bound(1, 20).await?;
    let mut legs = Vec::new();
    for terms in [lasting, lapsing] {
        let leg = trade.call(buyer, &escrow::agree_leg(terms)).await?.value;
        trade.call(seller, &escrow::bond_leg(leg)).await?;
        legs.push(leg);
    }
    trade.call(buyer, &escrow::lock_leg(legs[0])).await?;

    trade.wait_days(1).await?;
    all.blocks(20).await?;
    let mut smaller = agreement;
    smaller.terms.amount = whole(900);
    let amend = escrow::amend(amended, smaller, trade.consents(amended, &smaller.hash(keccak)).await?);
    let split = AgreedSplit::new(agreement.hash(keccak), false, whole(1_000), whole(500), keccak);
    let consents = trade.consents(divided, &split.hash()).await?;
    let agree = escrow::agree(divided, whole(1_000), whole(500), consents);
    all.behave(hostile, RETURNS_NOTHING).await?;
    let messages = [
        (buyer, accept),
        (buyer, waive),
        (buyer, escrow::offer(disputed, whole(600))),
        (buyer, escrow::accept_offer(disputed, whole(600))),
        (keeper, amend),
        (keeper, agree),
        (keeper, escrow::execute(met, Trade::<C>::no_proofs())),
        (keeper, escrow::mature(accepted, 0)),
        (keeper, escrow::settle(expired)),
        (keeper, escrow::withdraw_quote(number)),
        (keeper, escrow::claim_leg(legs[0], [1; 32])),
        (keeper, escrow::refund_leg(legs[1])),
    ];
    for (who, message) in &messages {
        all.kind(who, message, "Insolvent").await;
    }
    // Sent all the same, it changes nothing.
    let settle = escrow::settle(expired);
    let before = (trade.picture(expired).await?, trade.books_of(hostile).await?);
    let error = refusal(&trade.world, keeper, trade.escrow, &settle).await?;
    assert!(matches!(error, escrow::Error::Escrow(EscrowError::Insolvent { .. })), "{error:?}");
    assert_eq!((trade.picture(expired).await?, trade.books_of(hostile).await?), before);
    all.behave(hostile, HONEST).await?;
    trade.call(keeper, &settle).await?;
    Ok(())
}

/// `admit_asset`, `seed_asset`, `set_minimum`, `recover`.
async fn assets<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (buyer, keeper, governor) = (&trade.applicant, &trade.keeper, &trade.world.governor);
    let (coin, hostile) = (trade.world.suite.token, all.hostile().await?);
    let (nobody, stranger) = (address(keeper), hostile_token(&trade.world).await?);
    all.is(keeper, &escrow::admit_asset(coin), escrow::Error::AssetExists { asset: coin }).await;
    all.is(keeper, &escrow::admit_asset(nobody), escrow::Error::NoAnswer { contract: nobody }).await;
    let unknown = || escrow::Error::UnknownAsset { asset: stranger };
    all.is(buyer, &escrow::seed_asset(stranger, whole(1)), unknown()).await;
    let refused = escrow::Error::TransferRefused { asset: coin, from: nobody, amount: whole(1) };
    all.is(keeper, &escrow::seed_asset(coin, whole(1)), refused).await;
    let role = || escrow::Error::Role(not_governor(keeper));
    all.is(keeper, &escrow::set_minimum(coin, whole(1)), role()).await;
    all.is(governor, &escrow::set_minimum(stranger, whole(1)), unknown()).await;

    give_asset(&trade.world, buyer, hostile, trade.escrow, whole(7)).await?;
    let recover = |asset, amount| escrow::recover(asset, address(buyer), amount);
    all.is(keeper, &recover(hostile, whole(7)), role()).await;
    all.is(governor, &recover(nobody, whole(7)), escrow::Error::NoAnswer { contract: nobody }).await;
    all.is(governor, &recover(stranger, whole(7)), unknown()).await;
    let above = EscrowError::AboveSurplus { amount: whole(8), surplus: whole(7) };
    all.core(governor, &recover(hostile, whole(8)), above).await;
    all.behave(hostile, REVERTS).await?;
    let unpaid = escrow::Error::PayoutRefused { asset: hostile, to: address(buyer), amount: whole(7) };
    all.is(governor, &recover(hostile, whole(7)), unpaid).await;
    Ok(())
}

/// `set_fee`, `pause`, `resume`, and who holds which role.
async fn settings<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (keeper, governor) = (&trade.keeper, &trade.world.governor);
    let collector = address(&trade.collector);
    let not_governor = escrow::Error::Role(not_governor(keeper));
    let governed = [
        escrow::set_fee(Bps::from_raw(60), collector),
        escrow::resume(),
        escrow::name_governor(collector),
        escrow::set_guardian(collector, 0),
    ];
    for message in &governed {
        all.is(keeper, message, not_governor.clone()).await;
    }
    let caller = address(keeper).0;
    all.is(keeper, &escrow::pause(), escrow::Error::Role(RoleError::NotGuardian { caller })).await;
    let not_named = escrow::Error::Role(RoleError::NotPendingGovernor { caller });
    all.is(keeper, &escrow::accept_governor(), not_named).await;
    let now = trade.now().await?;
    let out = RoleError::TermOutOfBounds { until: now, latest: now.after(MAXIMUM_GUARDIAN_TERM) };
    all.is(governor, &escrow::set_guardian(collector, now.raw()), escrow::Error::Role(out)).await;

    let maximum = u128::from(MAXIMUM_FEE.raw());
    let terms =
        |term, actual, maximum| EscrowError::Terms(TermsError::OutOfBounds { term, actual, minimum: 0, maximum });
    let high = escrow::set_fee(Bps::from_raw(MAXIMUM_FEE.raw() + 1), collector);
    all.core(governor, &high, terms(Term::MaximumFee, maximum + 1, maximum)).await;
    let nobody = escrow::set_fee(Bps::from_raw(60), Address::zero());
    all.core(governor, &nobody, terms(Term::Names, 1, 0)).await;
    let step = EscrowError::StepTooLarge { proposed: 76, lowest: 25, highest: 75 };
    all.core(governor, &escrow::set_fee(Bps::from_raw(76), collector), step).await;
    trade.call(governor, &escrow::set_fee(Bps::from_raw(60), collector)).await?;
    let now = trade.now().await?;
    let soon = EscrowError::ChangedTooSoon { next_at: now.after(Seconds::from_raw(DAY)), now };
    all.core(governor, &escrow::set_fee(Bps::from_raw(50), collector), soon).await;

    // A contract with a fee above its bound is not created at all.
    let client = &trade.world.suite.client;
    let code = client.upload(governor, &Bundles::find().load("florin_escrow")?.code).await?.code_hash;
    let constructor = escrow::constructors::new(Bps::from_raw(MAXIMUM_FEE.raw() + 1), collector);
    let created = client.instantiate(governor, code, &constructor, 0, None).await;
    assert!(matches!(created, Err(InstantiateError::Refused { .. })), "{created:?}");
    Ok(())
}

/// `issue`, `act`.
async fn titles<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (client, registry) = (&trade.world.suite.client, trade.title);
    let (buyer, seller, bank, carrier) = (&trade.applicant, &trade.beneficiary, &trade.financier, &trade.carrier);
    let [buyer_at, seller_at, bank_at, carrier_at] = [buyer, seller, bank, carrier].map(|one| address(one).0);
    let [document, other, unissued] = ["one", "other", "none"].map(|name| keccak(name.as_bytes()));
    for document in [document, other] {
        client.call(carrier, registry, 0, &title::issue(document, address(seller))).await?;
    }
    all.title(carrier, &title::issue(document, address(buyer)), RightError::TitleExists { document }).await;
    let own = RightError::WrongRecipient { to: carrier_at };
    all.title(carrier, &title::issue(unissued, address(carrier)), own).await;

    let act = |document, command| title::act(address(carrier), document, command);
    let unknown = RightError::UnknownTitle { document: unissued };
    all.title(seller, &act(unissued, TitleCommand::Surrender), unknown).await;
    let not_owner = RightError::NotOwner { owner: seller_at, caller: bank_at };
    all.title(bank, &act(document, TitleCommand::Surrender), not_owner).await;
    let hand_over = TitleCommand::HandOver { to: bank_at };
    let not_holder = RightError::NotHolder { holder: seller_at, caller: bank_at };
    all.title(bank, &act(document, hand_over), not_holder).await;
    let nothing = RightError::NothingToReject;
    all.title(seller, &act(document, TitleCommand::RejectHolding), nothing).await;
    let same = RightError::WrongRecipient { to: seller_at };
    all.title(seller, &act(document, TitleCommand::HandOver { to: seller_at }), same).await;
    client.call(seller, registry, 0, &act(document, hand_over)).await?;
    let not_nominated = RightError::NotNominated { nominee: None, to: buyer_at };
    all.title(bank, &act(document, TitleCommand::Endorse { to: buyer_at }), not_nominated).await;

    let both = TitleCommand::EndorseAndHandOver { owner: buyer_at, holder: buyer_at };
    client.call(seller, registry, 0, &act(other, both)).await?;
    all.title(buyer, &act(other, TitleCommand::RejectOwnership), RightError::RejectBoth).await;
    let active = RightError::WrongStanding { expected: Standing::Surrendered, actual: Standing::Active };
    all.title(carrier, &act(other, TitleCommand::Retire), active).await;
    client.call(buyer, registry, 0, &act(other, TitleCommand::Surrender)).await?;
    let not_issuer = RightError::NotIssuer { issuer: carrier_at, caller: buyer_at };
    all.title(buyer, &act(other, TitleCommand::Retire), not_issuer).await;
    Ok(())
}

/// `take`, `deliver`. The keeper is the custodian, as a contract would be.
async fn titles_in_custody<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (client, registry) = (&trade.world.suite.client, trade.title);
    let (seller, bank, keeper, carrier) = (&trade.beneficiary, &trade.financier, &trade.keeper, &trade.carrier);
    let [seller_at, bank_at, keeper_at] = [seller, bank, keeper].map(|one| address(one).0);
    let [document, apart, unissued] = ["kept", "apart", "no title"].map(|name| keccak(name.as_bytes()));
    let issuer = address(carrier);
    for document in [document, apart] {
        client.call(carrier, registry, 0, &title::issue(document, address(seller))).await?;
    }
    let hand_over = TitleCommand::HandOver { to: bank_at };
    client.call(seller, registry, 0, &title::act(issuer, apart, hand_over)).await?;
    let take = |document, from: &Signer| title::take(issuer, document, 7, address(from));
    let deliver = |document, escrow, to| title::deliver(issuer, document, escrow, to);
    let unknown = RightError::UnknownTitle { document: unissued };
    all.title(keeper, &take(unissued, seller), unknown).await;
    all.title(keeper, &deliver(unissued, 7, address(seller)), unknown).await;
    let not_owner = RightError::NotOwner { owner: seller_at, caller: bank_at };
    all.title(keeper, &take(document, bank), not_owner).await;
    let not_holder = RightError::NotHolder { holder: bank_at, caller: seller_at };
    all.title(keeper, &take(apart, seller), not_holder).await;
    let not_custodian = RightError::NotCustodian { custodian: None, caller: keeper_at };
    all.title(keeper, &take(document, seller), not_custodian).await;
    let entrust = TitleCommand::Entrust { custodian: Some(keeper_at) };
    client.call(seller, registry, 0, &title::act(issuer, document, entrust)).await?;
    client.call(keeper, registry, 0, &take(document, seller)).await?;
    let custody = |escrow| Standing::InCustody { custodian: keeper_at, escrow };
    let standing = |expected| RightError::WrongStanding { expected, actual: custody(7) };
    all.title(keeper, &take(document, seller), standing(Standing::Active)).await;
    all.title(keeper, &deliver(document, 8, address(seller)), standing(custody(8))).await;
    let nobody = RightError::WrongRecipient { to: [0; 20] };
    all.title(keeper, &deliver(document, 7, Address::zero()), nobody).await;
    Ok(())
}

/// `make_pool`, the staked pool while it stands still for nobody, and who holds which role.
async fn pools<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (coin, keeper, governor) = (trade.world.suite.token, &trade.keeper, &trade.world.governor);
    let [member, leaver] = [&trade.arbitrators[0], &trade.arbitrators[1]];
    let someone = address(member);
    all.panel(keeper, &arbitration::make_pool(vec![]), ArbitrationError::EmptyPool).await;
    let many = vec![someone; MAXIMUM_NAMED + 1];
    let large = ArbitrationError::PoolTooLarge { members: MAXIMUM_NAMED as u32 + 1 };
    all.panel(keeper, &arbitration::make_pool(many), large).await;
    all.panel(keeper, &arbitration::make_pool(vec![Address::zero()]), ArbitrationError::ZeroAddress).await;
    let twice = ArbitrationError::MemberTwice { member: someone.0 };
    all.panel(keeper, &arbitration::make_pool(vec![someone; 2]), twice).await;

    let not_governor = arbitration::Error::Role(not_governor(keeper));
    let governed = [
        arbitration::admit(someone),
        arbitration::dismiss(someone),
        arbitration::admit_court(trade.escrow),
        arbitration::set_collector(someone),
        arbitration::name_governor(someone),
        arbitration::set_guardian(someone, 0),
    ];
    for message in &governed {
        all.arbitration(keeper, message, not_governor.clone()).await;
    }
    let caller = address(keeper).0;
    let not_guardian = arbitration::Error::Role(RoleError::NotGuardian { caller });
    all.arbitration(keeper, &arbitration::dismiss_court(trade.escrow), not_guardian).await;
    let not_named = arbitration::Error::Role(RoleError::NotPendingGovernor { caller });
    all.arbitration(keeper, &arbitration::accept_governor(), not_named).await;

    let not_admitted = ArbitrationError::NotAdmitted { account: caller };
    all.panel(keeper, &arbitration::join(whole(100).raw()), not_admitted).await;
    for person in [keeper, member] {
        trade.arbitrate(governor, &arbitration::admit(address(person))).await?;
    }
    all.panel(member, &arbitration::join(0), ArbitrationError::ZeroAmount).await;
    let small = ArbitrationError::StakeTooSmall { stake: whole(99), required: whole(100) };
    all.panel(member, &arbitration::join(whole(99).raw()), small).await;
    let failed = || arbitration::Error::TransferFailed { asset: coin };
    all.arbitration(keeper, &arbitration::join(whole(100).raw()), failed()).await;
    for person in [member, leaver] {
        all.stake(person, 150).await?;
    }
    trade.arbitrate(leaver, &arbitration::leave()).await?;
    all.panel(member, &arbitration::join(whole(100).raw()), ArbitrationError::AlreadyMember).await;
    let overflow = ArbitrationError::Math(MathError::Overflow);
    all.panel(leaver, &arbitration::join(u128::MAX), overflow).await;
    all.panel(member, &arbitration::add_stake(u128::MAX), overflow).await;
    all.panel(keeper, &arbitration::add_stake(1), ArbitrationError::NotMember).await;
    all.panel(member, &arbitration::add_stake(0), ArbitrationError::ZeroAmount).await;
    all.arbitration(member, &arbitration::add_stake(whole(51).raw()), failed()).await;
    all.panel(member, &arbitration::withdraw(0), ArbitrationError::ZeroAmount).await;
    let above = ArbitrationError::AboveFreeStake { amount: whole(151), available: whole(150) };
    all.panel(member, &arbitration::withdraw(whole(151).raw()), above).await;
    let small = ArbitrationError::StakeTooSmall { stake: whole(49), required: whole(100) };
    all.panel(member, &arbitration::withdraw(whole(101).raw()), small).await;
    all.panel(keeper, &arbitration::leave(), ArbitrationError::NotMember).await;
    all.panel(keeper, &arbitration::claim(coin, someone), ArbitrationError::NothingToClaim).await;
    Ok(())
}

/// `join`, `add_stake`, `withdraw` where stakes are in a token that misbehaves.
async fn stakes_in_a_hostile_token<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (client, member) = (&trade.world.suite.client, &trade.arbitrators[2]);
    let hostile = hostile_token(&trade.world).await?;
    let other = all.another_arbitration(hostile, member).await?;
    mint_hostile(&trade.world, member, hostile).await?;
    approve_spender(&trade.world, member, hostile, other).await?;
    let at = ("arbitration", other);
    let mismatch = |expected, received| arbitration::Error::TransferMismatch { expected, received };
    all.behave(hostile, TAKES_FEE).await?;
    let why = all.why(at, member, &arbitration::join(whole(100).raw())).await;
    assert_eq!(why, mismatch(whole(100), whole(99)));
    all.behave(hostile, HONEST).await?;
    client.call(member, other, 0, &arbitration::join(whole(200).raw())).await?;
    all.behave(hostile, TAKES_FEE).await?;
    let why = all.why(at, member, &arbitration::add_stake(whole(100).raw())).await;
    assert_eq!(why, mismatch(whole(100), whole(99)));
    all.behave(hostile, REVERTS).await?;
    let why = all.why(at, member, &arbitration::withdraw(whole(100).raw())).await;
    assert_eq!(why, arbitration::Error::TransferFailed { asset: hostile });
    Ok(())
}

/// `call_panel`, `draw_panel`, `report` for the staked pool, and what stands still meanwhile.
async fn calling_the_staked_pool<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (keeper, governor, court) = (&trade.keeper, &trade.world.governor, trade.escrow);
    let call = |id| arbitration::call_panel(court, id, false);
    // It is large enough for panels of one.
    let member = &trade.arbitrators[0];
    for member in &trade.arbitrators[2..8] {
        all.stake(member, 100).await?;
    }
    let hostile = all.hostile().await?;
    let of_the_pool = |mut agreement: Agreement| {
        (agreement.dispute.pool, agreement.dispute.panel) = (STAKED_POOL, 1);
        agreement
    };
    let agreement = of_the_pool(all.small().await?);
    let mut cheap = agreement;
    cheap.dispute.fee = whole(4);
    let (id, cheap) = (all.raised(&agreement).await?, all.raised(&cheap).await?);
    let foreign = all.raised(&of_the_pool(all.small_in(hostile).await?)).await?;
    trade.wait_days(3).await?;
    let not_admitted = ArbitrationError::NotAdmitted { account: court.0 };
    all.panel(keeper, &call(id), not_admitted).await;
    trade.arbitrate(governor, &arbitration::admit_court(court)).await?;
    let wrong = ArbitrationError::WrongAsset { expected: trade.world.suite.token.0, actual: hostile.0 };
    all.panel(keeper, &call(foreign), wrong).await;
    let small = ArbitrationError::FeeTooSmall { fee: whole(4), minimum: whole(5) };
    all.panel(keeper, &call(cheap), small).await;
    trade.arbitrate(keeper, &call(id)).await?;
    // Until its panel can no longer be drawn nobody comes, goes or changes a stake.
    let still = [
        (keeper, arbitration::join(whole(100).raw())),
        (member, arbitration::add_stake(1)),
        (member, arbitration::withdraw(1)),
        (member, arbitration::leave()),
        (governor, arbitration::dismiss(address(member))),
    ];
    for (who, message) in &still {
        all.panel_kind(who, message, "PoolSettling").await;
    }
    trade.arbitrate(governor, &arbitration::dismiss_court(court)).await?;
    all.panel(keeper, &arbitration::draw_panel(court, id, false), not_admitted).await;
    Ok(())
}

/// `call_panel`, `draw_panel`, `report`: what the court says has changed, or there is nobody to sit.
async fn calling<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (client, keeper, court) = (&trade.world.suite.client, &trade.keeper, trade.escrow);
    let [first, second] = [&trade.arbitrators[0], &trade.arbitrators[1]];
    let call = |id| arbitration::call_panel(court, id, false);
    let draw = |id| arbitration::draw_panel(court, id, false);
    let report = |id| arbitration::report(court, id, false);
    let agreement = all.small().await?;
    let id = all.raised(&agreement).await?;
    // A credit that has retained something: after one dispute there can be another.
    let mut retaining = agreement;
    let until = agreement.terms.expiry.after(Seconds::from_raw(60 * DAY));
    retaining.terms.retention = Some(Retention { share: Bps::from_raw(1_000), until });
    retaining.dispute.offer_window = Seconds::from_raw(DAY);
    let (changing, heard) = (all.retaining(&retaining).await?, all.retaining(&retaining).await?);
    all.arbitration(keeper, &call(id), arbitration::Error::NoHearing { court, number: id }).await;
    let case = CaseId { court: court.0, number: UNKNOWN, is_appeal: false };
    all.panel(keeper, &draw(UNKNOWN), ArbitrationError::UnknownCase { case }).await;

    // An arbitration contract that nobody has named knows no such pool, or a smaller one.
    trade.wait_days(3).await?;
    let other = all.another_arbitration(trade.world.suite.token, first).await?;
    let at = ("arbitration", other);
    let unknown = ArbitrationError::UnknownPool { pool: trade.pool };
    assert_eq!(all.why(at, keeper, &call(id)).await, arbitration::Error::Arbitration(unknown));
    let two = arbitration::make_pool(vec![address(first), address(second)]);
    assert_eq!(client.call(keeper, other, 0, &two).await?.value, trade.pool, "the same number");
    client.call(keeper, other, 0, &call(id)).await?;
    all.blocks(5).await?;
    let small = ArbitrationError::PoolTooSmall { pool: trade.pool, seats: 3 };
    assert_eq!(all.why(at, keeper, &draw(id)).await, arbitration::Error::Arbitration(small));

    trade.arbitrate(keeper, &call(changing)).await?;
    let called = |message| ArbitrationError::NotAllowed { message, status: cases::Status::Called };
    all.panel(keeper, &call(changing), called(cases::Message::Call)).await;
    all.panel(keeper, &draw(changing), called(cases::Message::Draw)).await;
    let panel = trade.seat(heard, false).await?;
    let (award, salt) = (whole(100), [7; 32]);
    for member in &panel {
        let word = trade.commitment(heard, false, member, award, salt);
        trade.arbitrate(member, &arbitration::commit(court, heard, false, word)).await?;
    }
    for member in &panel {
        trade.arbitrate(member, &arbitration::reveal(court, heard, false, award.raw(), salt)).await?;
    }
    // The parties agree, and then the buyer disputes what is retained: before nobody who was called for the first one.
    let deadline = trade.now().await?.after(Seconds::from_raw(DAY));
    let split = AgreedSplit::new(retaining.hash(keccak), false, whole(500), whole(250), keccak);
    for id in [changing, heard] {
        let consents = all.consents(id, &split.hash(), 0, deadline);
        trade.call(keeper, &escrow::agree(id, whole(500), whole(250), consents)).await?;
        let over = || arbitration::Error::NoHearing { court, number: id };
        all.arbitration(keeper, &draw(id), over()).await;
        all.arbitration(keeper, &report(id), over()).await;
        trade.call(&trade.applicant, &escrow::raise(id)).await?;
    }
    trade.wait_days(1).await?;
    all.blocks(5).await?;
    all.panel(keeper, &draw(changing), ArbitrationError::OtherHearing).await;
    all.panel(keeper, &report(heard), ArbitrationError::OtherHearing).await;

    // Nobody has the panel drawn in time, again and again.
    let heard_now = client.read(court, &escrow::hearing(id)).await?.expect("a hearing");
    let third = heard_now.until.since(heard_now.from).raw() / u64::from(MAXIMUM_CALLS);
    for number in 0..MAXIMUM_CALLS {
        // They are spread over the window.
        let from = heard_now.from.after(Seconds::from_raw(third * u64::from(number)));
        if number > 0 {
            all.panel_kind(keeper, &call(id), "NotYetHeard").await;
        }
        trade.wait_until(from).await?;
        trade.arbitrate(keeper, &call(id)).await?;
        all.blocks(cases::DRAW_DELAY + cases::DRAW_BLOCKS + 1).await?;
    }
    let often = ArbitrationError::TooManyCalls { maximum: MAXIMUM_CALLS };
    all.panel(keeper, &call(id), often).await;

    // An hour before the court's window ends it is too late for a panel.
    let mut brief = all.small().await?;
    brief.dispute.offer_window = Seconds::from_raw(DAY);
    brief.dispute.panel_window = Seconds::from_raw(DAY);
    let (drawn_late, called_late) = (all.raised(&brief).await?, all.raised(&brief).await?);
    let ends = trade.now().await?.after(Seconds::from_raw(2 * DAY));
    trade.wait_until(Timestamp::from_raw(ends.raw() - 61 * 60)).await?;
    trade.arbitrate(keeper, &call(drawn_late)).await?;
    all.blocks(5).await?;
    trade.wait_until(Timestamp::from_raw(ends.raw() - 59 * 60)).await?;
    all.panel_kind(keeper, &draw(drawn_late), "TooLittleTime").await;
    all.panel_kind(keeper, &call(called_late), "TooLittleTime").await;
    Ok(())
}

/// `call_panel` for courts that are no escrow, and ask for panels that there cannot be.
async fn calling_for_other_courts<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (keeper, court, now) = (&trade.keeper, hostile_token(&trade.world).await?, trade.now().await?);
    let longest = Hearing {
        pool: trade.pool,
        seats: MAXIMUM_APPEAL_PANEL as u8,
        is_appeal: false,
        from: now,
        until: now.after(MAXIMUM_SITTING),
        stake: whole(1_000),
        asset: trade.world.suite.token.0,
        fee: whole(5),
        excluded: [None; MAXIMUM_EXCLUDED],
    };
    let with_seats = |seats| (Hearing { seats, ..longest }, Some(ArbitrationError::WrongSeats { seats }));
    let left = MAXIMUM_SITTING.raw() + 1;
    let longer = Hearing { until: now.after(Seconds::from_raw(left)), ..longest };
    let too_long = ArbitrationError::TooMuchTime { left: Seconds::from_raw(left), maximum: MAXIMUM_SITTING };
    let call = arbitration::call_panel(court, 0, false);
    let hearings =
        [with_seats(0), with_seats(MAXIMUM_APPEAL_PANEL as u8 + 1), (longer, Some(too_long)), (longest, None)];
    for (hearing, expected) in hearings {
        // Before it stands that the question was understood.
        let answer = (0u8, Some(hearing)).encode();
        prepare_call(&trade.world, keeper, court, Address::zero(), answer).await?;
        match expected {
            Some(expected) => all.panel(keeper, &call, expected).await,
            // At the bounds there is one.
            None => drop(trade.arbitrate(keeper, &call).await?),
        }
    }
    Ok(())
}

/// `commit`, `reveal`, `report`, `close`.
async fn speaking<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (keeper, court, salt) = (&trade.keeper, trade.escrow, [7; 32]);
    let id = all.raised(&all.small().await?).await?;
    let commit = |id, word| arbitration::commit(court, id, false, word);
    let reveal = |id, award: Amount| arbitration::reveal(court, id, false, award.raw(), salt);
    let (report, close) = (arbitration::report(court, id, false), arbitration::close(court, id, false));
    let case = CaseId { court: court.0, number: UNKNOWN, is_appeal: false };
    let unknown = ArbitrationError::UnknownCase { case };
    all.panel(keeper, &commit(UNKNOWN, [1; 32]), unknown).await;
    all.panel(keeper, &reveal(UNKNOWN, whole(1)), unknown).await;
    all.panel(keeper, &arbitration::report(court, UNKNOWN, false), unknown).await;
    all.panel(keeper, &arbitration::close(court, UNKNOWN, false), unknown).await;

    trade.wait_days(3).await?;
    let panel = trade.seat(id, false).await?;
    let not_seated = ArbitrationError::NotSeated { account: address(keeper).0 };
    all.panel(keeper, &commit(id, [1; 32]), not_seated).await;
    all.panel(keeper, &reveal(id, whole(1)), not_seated).await;
    let not_allowed = |message, status| ArbitrationError::NotAllowed { message, status };
    let committing = cases::Status::Committing;
    all.panel(panel[0], &reveal(id, whole(1)), not_allowed(cases::Message::Reveal, committing)).await;
    all.panel(keeper, &report, not_allowed(cases::Message::Report, committing)).await;
    all.panel(keeper, &close, not_allowed(cases::Message::Close, committing)).await;
    let word = |member: &Signer, award| trade.commitment(id, false, member, award, salt);
    trade.arbitrate(panel[0], &commit(id, word(panel[0], whole(600)))).await?;
    trade.arbitrate(panel[1], &commit(id, word(panel[1], whole(1_001)))).await?;
    let again = commit(id, word(panel[0], whole(700)));
    all.panel(panel[0], &again, ArbitrationError::AlreadyCommitted { place: 0 }).await;

    let (commit_until, reveal_until) = all.sitting(id, false).await?;
    trade.wait_until(commit_until).await?;
    let late = not_allowed(cases::Message::Commit, cases::Status::Revealing);
    all.panel(panel[2], &commit(id, [1; 32]), late).await;
    all.panel(panel[2], &reveal(id, whole(1)), ArbitrationError::NotCommitted { place: 2 }).await;
    let (expected, actual) = (word(panel[0], whole(600)), word(panel[0], whole(601)));
    let other = ArbitrationError::OtherCommitment { expected, actual };
    all.panel(panel[0], &reveal(id, whole(601)), other).await;
    let above = ArbitrationError::AboveStake { award: whole(1_001), stake: whole(1_000) };
    all.panel(panel[1], &reveal(id, whole(1_001)), above).await;
    trade.arbitrate(panel[0], &reveal(id, whole(600))).await?;
    let again = ArbitrationError::AlreadyRevealed { place: 0 };
    all.panel(panel[0], &reveal(id, whole(600)), again).await;
    // One of three has spoken: the court takes no such report.
    trade.wait_until(reveal_until).await?;
    all.arbitration(keeper, &report, arbitration::Error::CourtRefused { court }).await;
    Ok(())
}

/// `collect`, `claim`.
async fn collecting<C: DevChain>(all: &Refusals<C>) -> Outcome {
    let trade = &all.trade;
    let (keeper, court) = (&trade.keeper, trade.escrow);
    let hostile = all.hostile().await?;
    let id = all.raised(&all.small_in(hostile).await?).await?;
    let collect = |id| arbitration::collect(court, id);
    let case = CaseId { court: court.0, number: UNKNOWN, is_appeal: false };
    all.panel(keeper, &collect(UNKNOWN), ArbitrationError::UnknownCase { case }).await;
    trade.wait_days(3).await?;
    let panel = trade.seat(id, false).await?;
    trade.hear(id, false, &panel, &[Some(whole(500)); 3]).await?;
    all.arbitration(keeper, &collect(id), arbitration::Error::CourtRefused { court }).await;
    // The appeal panel is silent, so the first ruling stands; while its case is open nothing is divided.
    trade.call(&trade.beneficiary, &escrow::appeal(id)).await?;
    trade.seat(id, true).await?;
    trade.wait_days(14).await?;
    trade.call(keeper, &escrow::settle(id)).await?;
    let (message, status) = (cases::Message::Collect, cases::Status::Overdue);
    all.panel(keeper, &collect(id), ArbitrationError::NotAllowed { message, status }).await;
    trade.arbitrate(keeper, &arbitration::close(court, id, true)).await?;
    all.behave(hostile, FALLS_SILENT).await?;
    all.arbitration(keeper, &collect(id), arbitration::Error::TransferFailed { asset: hostile }).await;
    all.behave(hostile, LIES).await?;
    all.panel(keeper, &collect(id), ArbitrationError::NothingReceived).await;
    all.behave(hostile, HONEST).await?;
    trade.arbitrate(keeper, &collect(id)).await?;
    all.behave(hostile, REVERTS).await?;
    let claim = arbitration::claim(hostile, address(panel[0]));
    all.arbitration(panel[0], &claim, arbitration::Error::TransferFailed { asset: hostile }).await;
    Ok(())
}
