//! How the vaults are replaced by a successor: what is deployed beforehand, what holders vote on, and the copying that anybody may do
//! in the window. Every step looks at the chain first, so that it can be run again wherever it was interrupted.

use florin_bindings::{governor, oracle, token, vaults, vaults_importer, Message, NoError};
use florin_governance::{
    action::Call,
    migration::Standing,
    proposal::{Proposal, Status},
    ProposalId,
};
use florin_units::{Seconds, Timestamp};
use parity_scale_codec::Decode;

use crate::{
    bundle::{BundleError, Bundles},
    chain::{Address, Chain, Hash},
    contract::{decode_event, CallError, Client, VerifyError},
    error::ChainError,
    governance::{self, call},
    plan::{CallStep, ContractStep, DeploymentPlan},
    signer::Signer,
};

/// Name of the successor in the address book, until it has taken over.
pub const NEXT: &str = "vaults_next";
/// Name of the contract whose code copies.
pub const IMPORTER: &str = "vaults_importer";
/// Name of the vaults in plan, bundles and address book.
pub const VAULTS: &str = "vaults";
/// Records in one page: what one transaction holds with a wide margin.
const PAGE: u8 = 25;
/// Keepers in one transaction.
const KEEPERS: usize = 25;

/// Vaults and those that are to take their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Succession {
    /// The coin.
    pub token: Address,
    /// The oracle.
    pub oracle: Address,
    /// The governor.
    pub governor: Address,
    /// The vaults that work.
    pub predecessor: Address,
    /// Those that will.
    pub successor: Address,
    /// The contract whose code copies.
    pub importer: Address,
}

/// Replacing that cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpgradeError {
    /// The chain did not do it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A contract did not answer.
    #[error("a contract did not answer: {0}")]
    Question(#[from] CallError<NoError>),
    /// The vaults, or their importer, refused.
    #[error(transparent)]
    Vaults(#[from] CallError<vaults::Error>),
    /// A bundle is missing.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Rewards wait in the predecessor that no event of it tells of.
    #[error("the events of {predecessor:?} do not tell of all rewards that wait; ask a node that keeps old blocks")]
    RewardsMissing {
        /// The predecessor.
        predecessor: Address,
    },
}

/// What is wrong with a successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A contract does not run the code of the build at hand.
    OtherCode {
        /// Which.
        contract: &'static str,
        /// Why.
        cause: VerifyError,
    },
    /// The successor follows other vaults, copies by another contract, or works already.
    OtherStanding {
        /// Where it stands.
        standing: Standing,
        /// Whom it follows.
        predecessor: Address,
        /// Whose code copies.
        importer: Address,
    },
    /// The successor has another coin or oracle.
    OtherSuite {
        /// Its coin.
        token: Address,
        /// Its oracle.
        oracle: Address,
    },
    /// Somebody else governs the successor, or may.
    OtherGovernor {
        /// Who governs.
        governor: Address,
        /// Who may take over; zero for nobody.
        pending: Address,
    },
    /// The successor's guardian is another one, or for another term.
    OtherGuardian {
        /// The predecessor's, and the end of its term.
        expected: (Address, u64),
        /// The successor's.
        actual: (Address, u64),
    },
    /// The build at hand stores records in another shape than the predecessor does.
    OtherLayout {
        /// Hash of the predecessor's layout.
        expected: Hash,
        /// Hash of the layout of the build.
        actual: Hash,
    },
    /// A record was copied wrongly.
    OtherRecord {
        /// Which.
        record: String,
    },
}

/// A message of the importer as the successor runs it on its own storage.
pub fn through<T: Decode>(message: &Message<T, vaults::Error>) -> Message<T, vaults::Error> {
    let outer = vaults::import(message.data().to_vec());
    Message::new(message.label, true, false, true, outer.data().to_vec())
}

/// What has to stand before holders vote: importer and successor, with the predecessor's guardian, governed by the governor. The
/// attempt makes the addresses differ from those of an attempt whose window has ended.
///
/// # Errors
/// Those of the chain.
pub async fn deployment<C: Chain>(
    client: &Client<C>,
    predecessor: Address,
    attempt: u32,
    now: Timestamp,
) -> Result<DeploymentPlan, UpgradeError> {
    let id = Some(format!("replace {predecessor:?}, attempt {attempt}"));
    let contract = |name: &str, bundle: &str, constructor: &str, args: Vec<String>| ContractStep {
        name: name.to_owned(),
        bundle: Some(bundle.to_owned()),
        constructor: constructor.to_owned(),
        args,
        value: None,
    };
    let step = |contract: &str, message: &str, args: Vec<String>| CallStep {
        contract: contract.to_owned(),
        message: message.to_owned(),
        args,
        value: None,
        by: None,
        id: id.clone(),
    };
    let arguments = vec![format!("{predecessor:?}"), format!("${{{IMPORTER}}}")];
    let contracts =
        vec![contract(IMPORTER, IMPORTER, "new", Vec::new()), contract(NEXT, VAULTS, "successor", arguments)];
    let mut calls = Vec::new();
    let (_, _, guardian, until) = client.read(predecessor, &vaults::role_holders()).await?;
    if guardian != Address::zero() && until > now.raw() {
        calls.push(step(NEXT, "set_guardian", vec![format!("{guardian:?}"), until.to_string()]));
    }
    calls.push(step(NEXT, "name_governor", vec!["${governor}".to_owned()]));
    calls.push(step("governor", "accept_role", vec![format!("${{{NEXT}}}")]));
    let salt = format!("successor of {predecessor:?}, attempt {attempt}");
    Ok(DeploymentPlan { salt, contracts, calls })
}

/// What holders vote on: the successor may take the place in the mint gate, hears of prices too, and the predecessor stands still for
/// the window.
///
/// # Errors
/// Those of the chain.
pub async fn calls<C: Chain>(
    client: &Client<C>,
    succession: &Succession,
    window: Seconds,
) -> Result<Vec<Call>, UpgradeError> {
    let Succession { token: coin, oracle: feeds, predecessor, successor, .. } = *succession;
    let mut calls = vec![call(coin, &token::name_successor(predecessor, successor))];
    let types = client.read(predecessor, &vaults::summary()).await?.collateral_types;
    let mut seen = Vec::new();
    for id in 0..types {
        let Some(kind) = client.read(predecessor, &vaults::collateral(id)).await? else { continue };
        let feed = kind.params.feed;
        if seen.contains(&feed) {
            continue;
        }
        seen.push(feed);
        let listeners = client.read(feeds, &oracle::feed_listeners(feed)).await?;
        // Beside the predecessor, which has to hear of prices where it is not replaced after all; in its place where there is no room.
        let has = |wanted: Address| listeners.iter().position(|listener| *listener == wanted);
        let place = has(predecessor).and_then(|own| has(Address::zero()).or(Some(own)));
        if let Some(place) = place.and_then(|place| u8::try_from(place).ok()) {
            calls.push(call(feeds, &oracle::set_listener(feed, place, successor)));
        }
    }
    calls.push(call(predecessor, &vaults::begin_migration(successor, window)));
    Ok(calls)
}

/// The proposal that would begin this replacement and does nothing else: the youngest that can still come to something, else the
/// youngest. One with other calls beside is somebody else's business, whatever it says.
///
/// # Errors
/// Those of the chain.
pub async fn proposal<C: Chain>(
    client: &Client<C>,
    succession: &Succession,
) -> Result<Option<(ProposalId, Proposal)>, UpgradeError> {
    let now = Timestamp::from_milliseconds(client.chain().head().await?.timestamp_ms);
    let proposals = client.read(succession.governor, &governor::summary()).await?.proposals;
    let mut over = None;
    for id in (0..proposals).rev() {
        // One whose event this node has forgotten is too old to be this one.
        let Ok(content) = governance::content(client, succession.governor, id).await else { continue };
        if !begins(succession, &content.calls) {
            continue;
        }
        match content.record.status(now) {
            Status::Cancelled | Status::Defeated | Status::Expired => over = over.or(Some((id, content.record))),
            _ => return Ok(Some((id, content.record))),
        }
    }
    Ok(over)
}

/// Whether calls are those of [`calls`], with any window and any places of the listeners.
fn begins(succession: &Succession, calls: &[Call]) -> bool {
    let Succession { token: coin, oracle: feeds, predecessor, successor, .. } = *succession;
    let named = call(coin, &token::name_successor(predecessor, successor));
    let begin = call(predecessor, &vaults::begin_migration(successor, Seconds::ZERO));
    let listen = call(feeds, &oracle::set_listener(0, 0, successor));
    // What stands before the window; selector and successor around feed and place.
    let until_window = begin.data.len().saturating_sub(8);
    let alike = |one: &Call, other: &Call, from: usize, to: usize| {
        one.target == other.target
            && one.value == 0
            && one.data.len() == other.data.len()
            && one.data.get(from..to) == other.data.get(from..to)
    };
    let [first, middle @ .., last] = calls else { return false };
    *first == named
        && alike(last, &begin, 0, until_window)
        && middle.iter().all(|call| alike(call, &listen, 0, 4) && alike(call, &listen, 9, 29))
}

/// Compares a successor that has not taken over with its predecessor, with the build at hand and with the layout that the
/// predecessor's cells have, where that is known. Nothing is found where it may be voted for.
///
/// # Errors
/// Those of the chain and of the bundles.
pub async fn findings<C: Chain>(
    client: &Client<C>,
    bundles: &Bundles,
    succession: &Succession,
    layout: Option<Hash>,
) -> Result<Vec<Finding>, UpgradeError> {
    let Succession { predecessor, successor, importer, .. } = *succession;
    let mut findings = Vec::new();
    let build = bundles.load(VAULTS)?;
    for (contract, address, expected) in
        [(NEXT, successor, build.code_hash), (IMPORTER, importer, bundles.load(IMPORTER)?.code_hash)]
    {
        if let Err(cause) = client.verify_code(address, expected).await {
            findings.push(Finding::OtherCode { contract, cause });
        }
    }
    if !findings.is_empty() {
        // Other code may understand the questions differently.
        return Ok(findings);
    }
    let (standing, follows, by) = client.read(successor, &vaults::standing()).await?;
    // What was copied in a window that is over is of no use.
    let (theirs, ..) = client.read(predecessor, &vaults::standing()).await?;
    let is_fresh = match (standing, theirs) {
        (Standing::Arriving { window: 0 }, _) => true,
        (Standing::Arriving { window: began }, Standing::Leaving { window, .. }) => began == window,
        _ => false,
    };
    if follows != predecessor || by != importer || !is_fresh {
        findings.push(Finding::OtherStanding { standing, predecessor: follows, importer: by });
    }
    let (old, new) =
        (client.read(predecessor, &vaults::summary()).await?, client.read(successor, &vaults::summary()).await?);
    if (old.token, old.oracle) != (new.token, new.oracle) {
        findings.push(Finding::OtherSuite { token: new.token, oracle: new.oracle });
    }
    let now = client.chain().head().await?.timestamp_ms / 1_000;
    // A term that is over is as good as none.
    let in_office =
        |(account, until): (Address, u64)| if until > now { (account, until) } else { (Address::zero(), 0) };
    let (_, _, expected, expected_until) = client.read(predecessor, &vaults::role_holders()).await?;
    let (governor, pending, guardian, until) = client.read(successor, &vaults::role_holders()).await?;
    if governor != succession.governor || pending != Address::zero() {
        findings.push(Finding::OtherGovernor { governor, pending });
    }
    let (expected, actual) = (in_office((expected, expected_until)), in_office((guardian, until)));
    if expected != actual {
        findings.push(Finding::OtherGuardian { expected, actual });
    }
    if let (Some(expected), Some(actual)) = (layout, build.layout_hash()) {
        if expected != actual {
            findings.push(Finding::OtherLayout { expected, actual });
        }
    }
    findings.extend(copied_wrongly(client, succession).await?);
    Ok(findings)
}

/// Records that the successor has and that are not what the predecessor has.
async fn copied_wrongly<C: Chain>(client: &Client<C>, succession: &Succession) -> Result<Vec<Finding>, UpgradeError> {
    let Succession { predecessor, successor, .. } = *succession;
    let counters = client.read(successor, &vaults::summary()).await?;
    let mut findings = Vec::new();
    let mut differ = |record: String| findings.push(Finding::OtherRecord { record });
    for id in 0..counters.collateral_types {
        let question = vaults::collateral(id);
        let (old, new) = (client.read(predecessor, &question).await?, client.read(successor, &question).await?);
        // Prices come to the successor only.
        if old.map(|kind| (kind.params, kind.state.total_art, kind.state.rate, kind.state.total_collateral))
            != new.map(|kind| (kind.params, kind.state.total_art, kind.state.rate, kind.state.total_collateral))
        {
            differ(format!("collateral type {id}"));
        }
    }
    let mut from = 0;
    while from < counters.positions {
        let question = vaults::positions(from, PAGE);
        let (old, new) = (client.read(predecessor, &question).await?, client.read(successor, &question).await?);
        from = from.saturating_add(PAGE.into());
        let copied = |page: &[(u64, florin_stable::position::Position)]| {
            page.iter().filter(|(id, _)| *id < counters.positions).copied().collect::<Vec<_>>()
        };
        if copied(&old) != copied(&new) {
            differ(format!("a position below {from}"));
        }
    }
    for id in 0..counters.auctions {
        let question = vaults::auction(id);
        if client.read(predecessor, &question).await? != client.read(successor, &question).await? {
            differ(format!("auction {id}"));
        }
    }
    Ok(findings)
}

/// What carrying out a replacement tells while it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many of so many records have been copied.
    Copied {
        /// Collateral types, positions and auctions that are there.
        done: u64,
        /// That there will be.
        total: u64,
    },
    /// Rewards of so many keepers have been copied.
    RewardsCopied {
        /// How many.
        keepers: usize,
    },
    /// The successor has taken over.
    TakenOver,
    /// The collateral of a type has moved.
    HandedOver {
        /// The type.
        collateral_type: u32,
        /// Raw units.
        amount: u128,
    },
    /// The collateral of a type could not be moved now; anybody can try again.
    Stuck {
        /// The type.
        collateral_type: u32,
    },
}

/// Copies what is missing, has the successor take over, and moves the money. Anybody may, once the proposal has been executed; what
/// has been done before is not done again.
///
/// # Errors
/// The refusal of a step; those of the chain. Run it again to go on.
pub async fn carry_out<C: Chain>(
    client: &Client<C>,
    signer: &Signer,
    succession: &Succession,
    first_block: u64,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), UpgradeError> {
    let Succession { predecessor, successor, .. } = *succession;
    let (standing, ..) = client.read(successor, &vaults::standing()).await?;
    if matches!(standing, Standing::Arriving { .. }) {
        let theirs = client.read(predecessor, &vaults::summary()).await?;
        loop {
            let more = client.call(signer, successor, 0, &through(&vaults_importer::copy_page(PAGE))).await?.value;
            let own = client.read(successor, &vaults::summary()).await?;
            let count = |index: &vaults::Index| {
                u64::from(index.collateral_types).saturating_add(index.positions).saturating_add(index.auctions)
            };
            progress(Progress::Copied { done: count(&own), total: count(&theirs) });
            if !more {
                break;
            }
        }
        copy_rewards(client, signer, succession, first_block, progress).await?;
        client.call(signer, successor, 0, &through(&vaults_importer::take_over())).await?;
        progress(Progress::TakenOver);
    }
    let types = client.read(predecessor, &vaults::summary()).await?.collateral_types;
    for collateral_type in 0..types {
        match client.call(signer, predecessor, 0, &vaults::hand_over(collateral_type)).await {
            Ok(done) => progress(Progress::HandedOver { collateral_type, amount: done.value.raw() }),
            // It went before, or there was none.
            Err(CallError::Refused { error: vaults::Error::NothingToClaim, .. }) => {}
            Err(CallError::Refused {
                error: vaults::Error::CollateralTransferFailed { .. } | vaults::Error::CollateralTransferMismatch { .. },
                ..
            }) => progress(Progress::Stuck { collateral_type }),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Copies the rewards that wait, where any do; their keepers are in the predecessor's events.
async fn copy_rewards<C: Chain>(
    client: &Client<C>,
    signer: &Signer,
    succession: &Succession,
    first_block: u64,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), UpgradeError> {
    let Succession { predecessor, successor, .. } = *succession;
    let waiting = client.read(predecessor, &vaults::ledger()).await?.open_rewards;
    if waiting == client.read(successor, &vaults::ledger()).await?.open_rewards {
        return Ok(());
    }
    let mut keepers = Vec::new();
    for block in first_block..=client.chain().head().await?.number {
        let events = client.chain().events_at(block).await?;
        let told = events.iter().filter_map(|(_, event)| decode_event::<vaults::Rewarded>(event, predecessor)?.ok());
        for told in told {
            if told.deferred && !keepers.contains(&told.keeper) {
                keepers.push(told.keeper);
            }
        }
    }
    for page in keepers.chunks(KEEPERS) {
        client.call(signer, successor, 0, &through(&vaults_importer::copy_rewards(page.to_vec()))).await?;
    }
    if waiting != client.read(successor, &vaults::ledger()).await?.open_rewards {
        return Err(UpgradeError::RewardsMissing { predecessor });
    }
    progress(Progress::RewardsCopied { keepers: keepers.len() });
    Ok(())
}
