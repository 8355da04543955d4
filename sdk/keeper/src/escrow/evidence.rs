//! What shows that conditions hold: what somebody has given, and what the contracts that the facts name say.

use std::collections::{BTreeMap, BTreeSet};

use florin_bindings::escrow::Proofs;
use florin_client::{chain::Address, escrow::Picture, governance::keccak};
use florin_trade::{
    condition::{attestors, Conditions, Evidence, Fact, Known, Reading},
    right::Title,
    terms::Agreement,
    Address as Account, EscrowId, Hash,
};
use florin_units::Timestamp;

/// Signatures by who has signed.
type Signatures = BTreeMap<Address, Vec<u8>>;

/// What no chain tells and somebody has given: signatures and preimages, for an escrow each: whoever makes another escrow
/// that asks for the same secret does not get it. Preimages are brought only where conditions hold with them and without
/// them do not; nothing here is ever printed.
#[derive(Clone, Default)]
pub struct Supplied {
    signatures: BTreeMap<EscrowId, Signatures>,
    preimages: BTreeMap<EscrowId, BTreeMap<Hash, [u8; 32]>>,
}

impl Supplied {
    /// A signature that a credit may be paid, as [`florin_client::escrow::sign_approval`] makes it. A later one of the
    /// same account takes its place: after an amendment an earlier one no longer counts.
    pub fn add_signature(&mut self, escrow: EscrowId, signer: Address, signature: Vec<u8>) {
        self.signatures.entry(escrow).or_default().insert(signer, signature);
    }

    /// A preimage that the conditions of an escrow ask for.
    pub fn add_preimage(&mut self, escrow: EscrowId, preimage: [u8; 32]) {
        self.preimages.entry(escrow).or_default().insert(keccak(&preimage), preimage);
    }

    /// What was given of what the conditions of an escrow ask for.
    pub(super) fn showing(&self, escrow: EscrowId, agreement: &Agreement) -> Showing {
        let hashes: BTreeSet<Hash> = agreement.conditions.asked().filter_map(|fact| fact.preimage()).collect();
        let given = self.preimages.get(&escrow);
        Showing {
            signatures: chosen(agreement, &self.signatures_for(escrow, agreement)),
            preimages: hashes.iter().filter_map(|hash| given?.get(hash)).copied().collect(),
            ..Showing::default()
        }
    }

    /// The signatures that were given for an escrow, by those whom its conditions name.
    pub(super) fn signatures_for(&self, escrow: EscrowId, agreement: &Agreement) -> Signatures {
        let named: BTreeSet<Account> = agreement.conditions.signers(&agreement.checklist).collect();
        let given = self.signatures.get(&escrow).into_iter().flatten();
        given.filter(|(signer, _)| named.contains(&signer.0)).map(|(signer, bytes)| (*signer, bytes.clone())).collect()
    }

    /// Forget what was given for an escrow that is over.
    pub(super) fn forget(&mut self, escrow: EscrowId) {
        self.signatures.remove(&escrow);
        self.preimages.remove(&escrow);
    }
}

/// What is brought to show that conditions hold.
#[derive(Clone, Default)]
pub(super) struct Showing {
    /// Who has signed, and the signatures.
    pub(super) signatures: Vec<(Address, Vec<u8>)>,
    /// What is revealed.
    pub(super) preimages: Vec<[u8; 32]>,
    /// Values that the oracle has.
    pub(super) readings: Vec<Reading>,
    /// The title that the registry has.
    pub(super) title: Option<Title>,
}

impl Showing {
    /// As the rules judge it.
    pub(super) fn evidence(&self) -> Evidence {
        let mut evidence = Evidence { title: self.title, ..Evidence::default() };
        for (slot, (signer, _)) in evidence.signers.iter_mut().zip(&self.signatures) {
            *slot = Some(signer.0);
        }
        for (slot, preimage) in evidence.preimages.iter_mut().zip(&self.preimages) {
            *slot = Some(keccak(preimage));
        }
        for (slot, reading) in evidence.readings.iter_mut().zip(&self.readings) {
            *slot = Some(*reading);
        }
        evidence
    }

    /// As it is brought to the contract, which reads oracle and registry itself.
    pub(super) fn proofs(&self) -> Proofs {
        Proofs {
            signatures: self.signatures.clone(),
            preimages: self.preimages.clone(),
            feeds: self.readings.iter().map(|reading| reading.feed).collect(),
            title: self.title.map(|title| title.document),
        }
    }

    /// The same without what would be revealed.
    pub(super) fn discreet(&self) -> Self {
        Self { preimages: Vec::new(), ..self.clone() }
    }

    /// Whether conditions hold with it.
    pub(super) fn shows(&self, picture: &Picture, now: Timestamp) -> bool {
        let (evidence, conditions) = (self.evidence(), &picture.agreement.conditions);
        // Conditions without a meaning would not have been signed, and hold nothing.
        conditions.hold(&known(picture, &evidence, now)).unwrap_or(false)
    }

    /// Whether conditions could hold with it, whatever oracle and registry say. A tree has no negation, so where they
    /// do not hold with all of that, they do not hold with less.
    pub(super) fn could_show(&self, picture: &Picture, now: Timestamp) -> bool {
        let (evidence, conditions) = (self.evidence(), &picture.agreement.conditions);
        let known = known(picture, &evidence, now);
        let could_hold = |place| match fact_at(conditions, place) {
            Some(Fact::Oracle { .. } | Fact::Title { .. }) => true,
            Some(fact) => fact.holds(&known),
            None => false,
        };
        conditions.tree.evaluate(could_hold).unwrap_or(false)
    }
}

/// Everything by which the facts of an escrow are judged.
fn known<'a>(picture: &'a Picture, evidence: &'a Evidence, now: Timestamp) -> Known<'a> {
    let Agreement { terms, checklist, .. } = &picture.agreement;
    Known { evidence, checklist, terms, documents: picture.escrow.documents, now }
}

fn fact_at(conditions: &Conditions, place: u8) -> Option<Fact> {
    conditions.facts.facts.get(usize::from(place)).copied().flatten()
}

/// The feeds that conditions ask for, each of them once.
pub(super) fn feeds(conditions: &Conditions) -> BTreeSet<u32> {
    conditions.asked().filter_map(|fact| fact.feed()).collect()
}

/// The document whose title conditions ask for; they never ask for more than one.
pub(super) fn document(conditions: &Conditions) -> Option<Hash> {
    conditions.asked().find_map(|fact| fact.title())
}

/// Of the signatures that were given those that the facts need: of everybody whose own is asked for, and of no more
/// attestors than are needed. So there are never more than can be brought at once.
pub(super) fn chosen(agreement: &Agreement, given: &Signatures) -> Vec<(Address, Vec<u8>)> {
    let has_signed = |account: &Account| given.contains_key(&Address::from(*account));
    let own = agreement.conditions.asked().filter_map(|fact| fact.signature());
    let mut signers: BTreeSet<Account> = own.filter(has_signed).collect();
    for (documents, threshold) in agreement.conditions.asked().filter_map(|fact| fact.attestation()) {
        let attestors: BTreeSet<Account> = attestors(&agreement.checklist, documents).filter(has_signed).collect();
        let missing = usize::from(threshold).saturating_sub(attestors.intersection(&signers).count());
        let more: Vec<Account> = attestors.difference(&signers).copied().take(missing).collect();
        signers.extend(more);
    }
    given
        .iter()
        .filter(|(signer, _)| signers.contains(&signer.0))
        .map(|(signer, bytes)| (*signer, bytes.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use florin_trade::{
        condition::{Comparison, Node},
        state::Stage,
        terms::{DocumentKind, RequiredDocument},
    };
    use florin_units::Seconds;

    use super::*;
    use crate::escrow::due::tests::{agreement, at, picture};

    fn with(facts: &[Fact], nodes: &[Node]) -> Agreement {
        let mut agreement = agreement();
        for (slot, fact) in agreement.conditions.facts.facts.iter_mut().zip(facts) {
            *slot = Some(*fact);
        }
        for (slot, node) in agreement.conditions.tree.nodes.iter_mut().zip(nodes) {
            *slot = Some(*node);
        }
        agreement
    }

    fn account(number: u8) -> Address {
        Address::from([number; 20])
    }

    #[test]
    fn no_more_attestors_sign_than_are_needed() {
        let own = Fact::Signature { by: [22; 20] };
        let attestors = Fact::Attestors { documents: 0b0111, threshold: 2 };
        let mut agreement = with(&[own, attestors], &[Node::Fact(0), Node::Fact(1), Node::All(2)]);
        for (slot, issuer) in agreement.checklist.documents.iter_mut().zip([21, 22, 23, 24]) {
            *slot = Some(RequiredDocument { kind: DocumentKind::Other, issuer: [issuer; 20] });
        }
        let mut supplied = Supplied::default();
        for signer in [20, 21, 22, 23, 24] {
            supplied.add_signature(7, account(signer), vec![signer]);
        }
        let given = supplied.signatures_for(7, &agreement);
        assert_eq!(Vec::from_iter(given.keys().copied()), [21, 22, 23].map(account), "the others are not asked");
        // The second one counts for both facts.
        assert_eq!(chosen(&agreement, &given), vec![(account(21), vec![21]), (account(22), vec![22])]);
        assert!(supplied.signatures_for(8, &agreement).is_empty(), "a signature is for one escrow");
        supplied.forget(7);
        assert!(supplied.showing(7, &agreement).signatures.is_empty());
    }

    #[test]
    fn what_is_brought_is_what_is_judged() {
        let secret = [5; 32];
        let facts = [Fact::Preimage { hash: keccak(&secret) }, Fact::After { moment: at(30) }];
        let agreement = with(&facts, &[Node::Fact(0), Node::Fact(1), Node::Any(2)]);
        let escrow = Picture { agreement, ..picture(Stage::Open, [600, 0, 0, 0, 0]) };
        let mut supplied = Supplied::default();
        supplied.add_preimage(7, [6; 32]);
        supplied.add_preimage(8, secret);
        assert!(!supplied.showing(7, &agreement).shows(&escrow, at(29)), "the secret of another escrow stays here");
        supplied.add_preimage(7, secret);
        let showing = supplied.showing(7, &agreement);
        assert_eq!(showing.proofs().preimages, vec![secret], "what nobody asks for stays here");
        assert_eq!(showing.evidence().preimages[0], Some(keccak(&secret)));
        assert!(showing.shows(&escrow, at(29)));
        assert!(!showing.discreet().shows(&escrow, at(29)));
        assert!(showing.discreet().shows(&escrow, at(30)), "the moment shows as much, and reveals nothing");
    }

    #[test]
    fn oracles_are_asked_only_where_the_answer_can_matter() {
        let value =
            Fact::Oracle { feed: 3, comparison: Comparison::AtMost, value: 9, maximum_age: Seconds::from_raw(3_600) };
        let facts = [Fact::After { moment: at(30) }, value, value];
        let agreement = with(&facts, &[Node::Fact(0), Node::Fact(1), Node::Fact(2), Node::All(3)]);
        let escrow = Picture { agreement, ..picture(Stage::Open, [600, 0, 0, 0, 0]) };
        assert_eq!(feeds(&agreement.conditions), BTreeSet::from([3]));
        assert_eq!(document(&agreement.conditions), None);
        let mut showing = Showing::default();
        assert!(!showing.could_show(&escrow, at(29)));
        assert!(showing.could_show(&escrow, at(30)));
        assert!(!showing.shows(&escrow, at(30)));
        showing.readings.push(Reading { feed: 3, value: 9, observed_at: at(30) });
        assert!(showing.shows(&escrow, at(30)));
        assert_eq!(showing.proofs().feeds, vec![3]);
    }
}
