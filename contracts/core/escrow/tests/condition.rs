//! Condition trees: shapes that mean nothing, facts one by one, and ten thousand random trees against a reference that
//! is recursive and keeps its results in a list.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    amount, at, bps, checklist, days, keccak, Deal, AMOUNT, APPLICANT, BENEFICIARY, CARRIER, INSPECTOR, KEEPER,
};
use florin_escrow::condition::{
    Comparison, ConditionError, Conditions, Evidence, Fact, Known, Node, Proof, Reading, TitleFact, Tree,
    MAXIMUM_FACTS, MAXIMUM_NODES,
};
use florin_escrow::right::{Standing, Title, TitleCommand};
use florin_escrow::state::Status;
use florin_escrow::terms::{Agreement, DocumentKind, RequiredDocument, Retention};
use florin_escrow::validation::{Term, TermsError};
use florin_escrow::{Address, EscrowError};
use florin_units::Timestamp;
use proptest::prelude::*;

fn tree(nodes: &[Node]) -> Tree {
    let mut tree = Tree::default();
    for (slot, node) in tree.nodes.iter_mut().zip(nodes) {
        *slot = Some(*node);
    }
    tree
}

fn conditions(nodes: &[Node], facts: &[Fact]) -> Conditions {
    let mut conditions = Conditions { tree: tree(nodes), ..Conditions::default() };
    for (slot, fact) in conditions.facts.facts.iter_mut().zip(facts) {
        *slot = Some(*fact);
    }
    conditions
}

/// A tree as people draw it.
#[derive(Clone, Debug)]
enum Drawn {
    Fact(u8),
    All(Vec<Drawn>),
    Any(Vec<Drawn>),
    AtLeast(u8, Vec<Drawn>),
}

impl Drawn {
    fn holds(&self, truth: &[bool]) -> bool {
        match self {
            Self::Fact(fact) => truth[usize::from(*fact)],
            Self::All(children) => children.iter().all(|child| child.holds(truth)),
            Self::Any(children) => children.iter().any(|child| child.holds(truth)),
            Self::AtLeast(threshold, children) => {
                let results: Vec<bool> = children.iter().map(|child| child.holds(truth)).collect();
                results.iter().filter(|result| **result).count() >= usize::from(*threshold)
            }
        }
    }

    /// Operands before operators.
    fn flatten(&self, nodes: &mut Vec<Node>) {
        if let Self::All(children) | Self::Any(children) | Self::AtLeast(_, children) = self {
            for child in children {
                child.flatten(nodes);
            }
        }
        nodes.push(match self {
            Self::Fact(fact) => Node::Fact(*fact),
            Self::All(children) => Node::All(children.len() as u8),
            Self::Any(children) => Node::Any(children.len() as u8),
            Self::AtLeast(threshold, children) => Node::AtLeast { threshold: *threshold, of: children.len() as u8 },
        });
    }
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let leaf = (0..MAXIMUM_FACTS as u8).prop_map(Drawn::Fact);
    leaf.prop_recursive(6, MAXIMUM_NODES as u32, 5, |inner| {
        let children = prop::collection::vec(inner, 1..6);
        (children, 0u8..3, any::<u8>()).prop_map(|(children, kind, threshold)| match kind {
            0 => Drawn::All(children),
            1 => Drawn::Any(children),
            _ => Drawn::AtLeast(1 + threshold % children.len() as u8, children),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

    /// Same answer as the reference, for every tree that fits.
    #[test]
    fn the_walk_agrees_with_recursion(drawn in drawn(), truth in prop::collection::vec(any::<bool>(), MAXIMUM_FACTS)) {
        let mut nodes = Vec::new();
        drawn.flatten(&mut nodes);
        prop_assume!(nodes.len() <= MAXIMUM_NODES);
        let result = tree(&nodes).evaluate(|fact| truth[usize::from(fact)]);
        prop_assert_eq!(result, Ok(drawn.holds(&truth)));
    }

    /// Any list of nodes has a value or an error, and which of the two does not depend on the facts: conditions that
    /// could be signed can always be evaluated.
    #[test]
    fn whether_a_tree_means_something_depends_on_its_shape(
        nodes in prop::collection::vec((0u8..4, 0u8..6, 0u8..6), 0..=MAXIMUM_NODES),
        truth in any::<u16>(),
    ) {
        let nodes: Vec<Node> = nodes
            .into_iter()
            .map(|(kind, first, second)| match kind {
                0 => Node::Fact(first),
                1 => Node::All(first),
                2 => Node::Any(first),
                _ => Node::AtLeast { threshold: first, of: second },
            })
            .collect();
        let one = tree(&nodes).evaluate(|fact| (truth >> fact) & 1 == 1);
        let other = tree(&nodes).evaluate(|fact| (truth >> fact) & 1 == 0);
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Err(one), Err(other)) = (one, other) {
            prop_assert_eq!(one, other);
        }
    }
}

#[test]
fn trees_that_mean_nothing_are_refused() {
    let never = |_| false;
    let refused = |nodes: &[Node]| tree(nodes).evaluate(never).unwrap_err();
    let fact = Node::Fact(0);
    assert_eq!(refused(&[]), ConditionError::Empty);
    assert_eq!(refused(&[fact, fact]), ConditionError::Leftover { results: 2 });
    assert_eq!(refused(&[fact, Node::All(0)]), ConditionError::EmptyGroup { node: 1 });
    assert_eq!(refused(&[Node::Any(0)]), ConditionError::EmptyGroup { node: 0 });
    let missing = ConditionError::MissingOperands { node: 1, needed: 2, available: 1 };
    assert_eq!(refused(&[fact, Node::All(2)]), missing);
    assert_eq!(
        refused(&[fact, Node::All(255)]),
        ConditionError::MissingOperands { node: 1, needed: 255, available: 1 }
    );
    for (threshold, of) in [(0, 1), (2, 1), (0, 0), (255, 1)] {
        let error = ConditionError::ThresholdOutOfBounds { node: 1, threshold, of };
        assert_eq!(refused(&[fact, Node::AtLeast { threshold, of }]), error);
    }
    let mut gap = tree(&[fact, fact]);
    gap.nodes[0] = None;
    assert_eq!(gap.evaluate(never), Err(ConditionError::Gap { node: 1 }));
}

#[test]
fn the_widest_and_the_deepest_tree_fit() {
    let mut wide = vec![Node::Fact(0); MAXIMUM_NODES - 1];
    wide.push(Node::All(MAXIMUM_NODES as u8 - 1));
    assert_eq!(tree(&wide).evaluate(|_| true), Ok(true));
    let mut deep = vec![Node::Fact(0)];
    deep.resize(MAXIMUM_NODES, Node::Any(1));
    assert_eq!(tree(&deep).evaluate(|_| true), Ok(true));
    assert_eq!(tree(&deep).evaluate(|_| false), Ok(false));
}

fn known<'a>(evidence: &'a Evidence, checklist: &'a florin_escrow::terms::Checklist, now: Timestamp) -> Known<'a> {
    Known { evidence, checklist, documents: 0b010, now }
}

fn signed_by(signers: &[Address]) -> Evidence {
    let mut evidence = Evidence::default();
    for (slot, signer) in evidence.signers.iter_mut().zip(signers) {
        *slot = Some(*signer);
    }
    evidence
}

#[test]
fn facts_about_signatures() {
    let list = checklist();
    let holds = |fact: Fact, signers: &[Address]| fact.holds(&known(&signed_by(signers), &list, at(0)));
    assert!(holds(Fact::Signature { by: APPLICANT }, &[KEEPER, APPLICANT]));
    assert!(!holds(Fact::Signature { by: APPLICANT }, &[KEEPER]));
    let two = Fact::Attestors { documents: 0b110, threshold: 2 };
    assert!(holds(two, &[INSPECTOR, CARRIER]));
    assert!(!holds(two, &[CARRIER, CARRIER]), "one attestor is not two");
    assert!(!holds(two, &[CARRIER, BENEFICIARY]), "the issuer of another document does not count");
}

#[test]
fn whoever_issues_several_documents_counts_once() {
    let mut list = checklist();
    list.documents[3] = Some(RequiredDocument { kind: DocumentKind::Origin, issuer: INSPECTOR });
    let fact = Fact::Attestors { documents: 0b1100, threshold: 2 };
    assert!(!fact.holds(&known(&signed_by(&[INSPECTOR]), &list, at(0))));
    let error = ConditionError::AttestorsOutOfBounds { fact: 0, threshold: 2, attestors: 1 };
    assert_eq!(conditions(&[Node::Fact(0)], &[fact]).validate(&list), Err(error));
}

#[test]
fn facts_about_documents_time_and_preimages() {
    let (list, evidence) = (checklist(), Evidence { preimages: [None, Some([7; 32])], ..Evidence::default() });
    let holds = |fact: Fact, now| fact.holds(&known(&evidence, &list, now));
    assert!(holds(Fact::Document { place: 1 }, at(0)));
    assert!(!holds(Fact::Document { place: 0 }, at(0)));
    assert!(!holds(Fact::Document { place: 200 }, at(0)));
    let moment = at(5);
    assert!(!holds(Fact::After { moment }, common::before(moment)) && holds(Fact::After { moment }, moment));
    assert!(holds(Fact::Before { moment }, common::before(moment)) && !holds(Fact::Before { moment }, moment));
    assert!(holds(Fact::Preimage { hash: [7; 32] }, at(0)));
    assert!(!holds(Fact::Preimage { hash: [8; 32] }, at(0)));
}

#[test]
fn facts_about_oracles() {
    let reading = Reading { feed: 3, value: 100, observed_at: at(10) };
    let (list, evidence) =
        (checklist(), Evidence { readings: [None, Some(reading), None, None], ..Evidence::default() });
    let oracle = |feed, comparison, value| Fact::Oracle { feed, comparison, value, maximum_age: days(1) };
    let holds = |fact: Fact, now| fact.holds(&known(&evidence, &list, now));
    for (comparison, value, expected) in [
        (Comparison::AtLeast, 100, true),
        (Comparison::AtLeast, 101, false),
        (Comparison::AtMost, 100, true),
        (Comparison::AtMost, 99, false),
    ] {
        assert_eq!(holds(oracle(3, comparison, value), at(10)), expected);
        assert!(!holds(oracle(4, comparison, value), at(10)), "another feed");
        assert!(!holds(oracle(3, comparison, value), common::later(at(11), 1)), "too old");
        assert!(!holds(oracle(3, comparison, value), at(9)), "from the future");
        assert_eq!(holds(oracle(3, comparison, value), at(11)), expected, "as old as it may be");
    }
}

#[test]
fn facts_about_titles() {
    let list = checklist();
    let title = Title::issue([1; 32], CARRIER, APPLICANT).unwrap();
    let holds = |fact, title| Fact::Title(fact).holds(&known(&Evidence { title, ..Evidence::default() }, &list, at(0)));
    let held = TitleFact::OwnedAndHeld { by: APPLICANT };
    assert!(holds(held, Some(title)) && !holds(held, None));
    assert!(!holds(TitleFact::OwnedAndHeld { by: BENEFICIARY }, Some(title)));
    let surrendered = title.decide(&TitleCommand::Surrender, &APPLICANT).unwrap();
    assert!(!holds(held, Some(surrendered)) && holds(TitleFact::Surrendered, Some(surrendered)));
    assert!(holds(TitleFact::Surrendered, Some(Title { standing: Standing::Retired, ..surrendered })));
    assert!(!holds(TitleFact::Surrendered, Some(title)));
}

#[test]
fn conditions_ask_for_facts_that_can_be_told() {
    let list = checklist();
    let refused = |nodes: &[Node], fact: Fact| conditions(nodes, &[fact]).validate(&list).unwrap_err();
    let time = Fact::After { moment: at(1) };
    assert_eq!(refused(&[Node::Fact(1)], time), ConditionError::UnknownFact { fact: 1 });
    assert_eq!(refused(&[Node::Fact(255)], time), ConditionError::UnknownFact { fact: 255 });
    let unknown = ConditionError::UnknownDocument { fact: 0 };
    assert_eq!(refused(&[Node::Fact(0)], Fact::Document { place: 3 }), unknown);
    assert_eq!(refused(&[Node::Fact(0)], Fact::Attestors { documents: 0b1001, threshold: 1 }), unknown);
    for threshold in [0, 3] {
        let error = ConditionError::AttestorsOutOfBounds { fact: 0, threshold, attestors: 2 };
        assert_eq!(refused(&[Node::Fact(0)], Fact::Attestors { documents: 0b011, threshold }), error);
    }
    assert_eq!(conditions(&[Node::Fact(0)], &[time]).validate(&list), Ok(()));
}

/// All of so many facts.
fn all_of(facts: &[Fact]) -> Conditions {
    let mut nodes: Vec<Node> = (0..facts.len() as u8).map(Node::Fact).collect();
    nodes.push(Node::All(facts.len() as u8));
    conditions(&nodes, facts)
}

#[test]
fn conditions_ask_for_no_more_than_can_be_brought() {
    let list = checklist();
    let too_many = |proof, needed, maximum| Err(ConditionError::TooManyProofs { proof, needed, maximum });
    let signatures: Vec<Fact> = (50..60).map(|by| Fact::Signature { by: [by; 20] }).collect();
    assert_eq!(all_of(&signatures[..8]).validate(&list), Ok(()));
    assert_eq!(all_of(&signatures[..9]).validate(&list), too_many(Proof::Signature, 9, 8));
    // Whoever signs for several facts signs once.
    let twice = [&signatures[..8], &signatures[..2]].concat();
    assert_eq!(all_of(&twice).validate(&list), Ok(()));
    // Of attestors so many count as are needed, unless they are fewer.
    let attestors = |threshold| Fact::Attestors { documents: 0b111, threshold };
    let with = |first: &[Fact], more: &[Fact]| all_of(&[first, more].concat()).validate(&list);
    assert_eq!(with(&signatures[..6], &[attestors(2)]), Ok(()));
    assert_eq!(with(&signatures[..6], &[attestors(3)]), too_many(Proof::Signature, 9, 8));
    assert_eq!(with(&signatures[..5], &[attestors(3), attestors(2), attestors(1)]), Ok(()));
    // What no node asks for needs no room.
    let mut unasked = all_of(&signatures[..8]);
    unasked.facts.facts[9] = Some(signatures[9]);
    assert_eq!(unasked.validate(&list), Ok(()));

    let preimages: Vec<Fact> = (0..3).map(|hash| Fact::Preimage { hash: [hash; 32] }).collect();
    assert_eq!(with(&preimages[..2], &preimages[..1]), Ok(()));
    assert_eq!(all_of(&preimages).validate(&list), too_many(Proof::Preimage, 3, 2));
    let oracle = |feed| Fact::Oracle { feed, comparison: Comparison::AtLeast, value: 1, maximum_age: days(1) };
    let feeds: Vec<Fact> = (0..5).map(oracle).collect();
    assert_eq!(with(&feeds[..4], &feeds[..4]), Ok(()));
    assert_eq!(all_of(&feeds).validate(&list), too_many(Proof::Reading, 5, 4));
}

#[test]
fn nobody_signs_and_nobody_holds() {
    for fact in [Fact::Signature { by: [0; 20] }, Fact::Title(TitleFact::OwnedAndHeld { by: [0; 20] })] {
        assert_eq!(all_of(&[fact]).validate(&checklist()), Err(ConditionError::Nobody { fact: 0 }));
    }
}

/// Two of three: the applicant signs, the inspector signs, the moment has come.
fn two_of_three(agreement: &mut Agreement) {
    let nodes = [Node::Fact(0), Node::Fact(1), Node::Fact(2), Node::AtLeast { threshold: 2, of: 3 }];
    let facts = [
        Fact::Signature { by: APPLICANT },
        Fact::Attestors { documents: 0b100, threshold: 1 },
        Fact::After { moment: at(40) },
    ];
    agreement.conditions = conditions(&nodes, &facts);
}

fn conditional() -> Deal {
    let mut agreement = common::agreement();
    two_of_three(&mut agreement);
    agreement.terms.tolerance.more = bps(500);
    Deal::funded(agreement, common::free())
}

#[test]
fn anybody_executes_what_holds_and_earns_the_tip() {
    let mut deal = conditional();
    let attested = signed_by(&[INSPECTOR]);
    assert_eq!(deal.execute(&attested, KEEPER), Err(EscrowError::ConditionsNotMet));
    deal.now = at(40);
    deal.execute(&attested, KEEPER).unwrap();
    assert_eq!(deal.status(), Status::Closed);
    assert_eq!(deal.paid_to(KEEPER), 500);
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT - 500);
    assert_eq!(deal.paid_to(APPLICANT), AMOUNT / 20, "the tolerance is not released by conditions");
    assert_eq!(deal.execute(&attested, KEEPER).unwrap_err().code(), 4);
}

#[test]
fn parties_earn_no_tip_on_their_own_business() {
    let mut deal = conditional();
    deal.execute(&signed_by(&[INSPECTOR, APPLICANT]), BENEFICIARY).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
}

#[test]
fn conditions_pay_what_drawings_have_left() {
    let mut deal = conditional();
    deal.present(400_000, 0).unwrap();
    deal.approve().unwrap();
    deal.execute(&signed_by(&[INSPECTOR, APPLICANT]), APPLICANT).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
    assert_eq!(deal.view.escrow.drawn, amount(AMOUNT));
}

#[test]
fn a_credit_without_documents_is_paid_by_conditions_only() {
    let mut agreement = common::agreement();
    two_of_three(&mut agreement);
    agreement.conditions.facts.facts[1] = Some(Fact::Signature { by: INSPECTOR });
    agreement.checklist = florin_escrow::terms::Checklist::default();
    let mut deal = Deal::funded(agreement, common::free());
    // A presentation of nothing would be honoured by silence.
    assert_eq!(deal.present(1_000, 0), Err(EscrowError::NotDocumentary));
    deal.execute(&signed_by(&[INSPECTOR, APPLICANT]), KEEPER).unwrap();
    assert_eq!(deal.status(), Status::Closed);
}

#[test]
fn a_retention_is_held_back_from_conditions_too() {
    let mut agreement = common::agreement();
    two_of_three(&mut agreement);
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(90) });
    let mut deal = Deal::funded(agreement, common::free());
    deal.execute(&signed_by(&[INSPECTOR, APPLICANT]), APPLICANT).unwrap();
    assert_eq!(deal.status(), Status::Retaining);
    assert_eq!(deal.held(), AMOUNT / 10);
    deal.fall_silent();
}

#[test]
fn conditions_go_neither_with_milestones_nor_with_a_title() {
    let mut agreement = common::agreement();
    two_of_three(&mut agreement);
    let mut with_milestones = agreement;
    common::by_milestones(&mut with_milestones);
    let mut with_title = agreement;
    with_title.terms.title = Some(keccak(b"bill of lading"));
    with_title.terms.partial_drawings = false;
    for agreement in [with_milestones, with_title] {
        let error = agreement.validate(at(0)).unwrap_err();
        let expected = TermsError::OutOfBounds { term: Term::Conditions, actual: 1, minimum: 0, maximum: 0 };
        assert_eq!(error, EscrowError::Terms(expected));
    }
}
