//! From a hash to the members of a panel.

use crate::award::MAXIMUM_APPEAL_PANEL;
use crate::case::CaseId;
use crate::error::ArbitrationError;
use crate::{word, Address, Hash};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The most members that a draw looks at. With so many steps the largest panel is full unless more than 21 of those
/// looked at may not sit; a court keeps eight out at most, the others are members of the staked pool without stake for
/// one more seat.
pub const MAXIMUM_STEPS: u32 = 32;
/// What the seed of a draw is made of.
const DRAW: &[u8] = b"Draw(address contract,address court,uint256 number,bool isAppeal,bytes32 blockHash)";

/// Members in the order in which they were drawn; the places behind them are empty.
pub type Members = [Option<Address>; MAXIMUM_APPEAL_PANEL];

/// Who sits in the panel of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Panel {
    /// The members, by place.
    pub members: Members,
}

impl Panel {
    /// The members with their places.
    pub fn seated(&self) -> impl Iterator<Item = (u8, Address)> {
        (0u8..).zip(self.members).filter_map(|(place, member)| Some((place, member?)))
    }

    /// The place of a member.
    ///
    /// # Errors
    /// [`ArbitrationError::NotSeated`].
    pub fn place_of(&self, account: &Address) -> Result<u8, ArbitrationError> {
        let found = self.seated().find(|(_, member)| member == account);
        found.map(|(place, _)| place).ok_or(ArbitrationError::NotSeated { account: *account })
    }
}

/// The seed of a case's draw. It names the contract and the case, so that two panels that one block decides have
/// nothing to do with each other. `contract` is the one that draws, `keccak` is Keccak-256.
pub fn seed(contract: &Address, case: &CaseId, block_hash: &Hash, keccak: impl Fn(&[u8]) -> Hash) -> Hash {
    let [court, number, is_appeal] = case.words();
    word::hash(&[keccak(DRAW), word::address(contract), court, number, is_appeal, *block_hash], &keccak)
}

/// Draws so many members of a pool with so many places. `is_eligible` tells who is at a place, where it may sit. None
/// where the panel is not full after [`MAXIMUM_STEPS`], or after all places of a smaller pool.
///
/// It is a shuffle (Fisher and Yates) that is stopped when the panel is full: each step takes one of the places that
/// are left, all of them equally likely but for a share of less than 2^-96, by which the first ones are favoured
/// because 2^128 is no multiple of their number. No place is taken twice, so nobody sits twice where no pool names
/// anybody twice.
pub fn draw(
    seed: &Hash,
    count: u32,
    size: u8,
    mut is_eligible: impl FnMut(u32) -> Option<Address>,
    keccak: impl Fn(&[u8]) -> Hash,
) -> Option<Members> {
    let size = usize::from(size);
    let mut members = [None; MAXIMUM_APPEAL_PANEL];
    let mut seated: usize = 0;
    let mut shuffle = Shuffle::default();
    for step in 0..count.min(MAXIMUM_STEPS) {
        if seated == size {
            break;
        }
        let left = count.checked_sub(step)?;
        let chosen = step.checked_add(number_below(left, seed, step, &keccak)?)?;
        let position = shuffle.take(step, chosen)?;
        if let Some(member) = is_eligible(position) {
            *members.get_mut(seated)? = Some(member);
            seated = seated.checked_add(1)?;
        }
    }
    (seated == size).then_some(members)
}

/// What a shuffle has moved so far; everything else is where it was. No step looks at a place before its own again.
#[derive(Default)]
struct Shuffle {
    moved: [Option<(u32, u32)>; MAXIMUM_STEPS as usize],
}

impl Shuffle {
    /// What is at a place now.
    fn at(&self, place: u32) -> u32 {
        let latest = self.moved.iter().rev().flatten().find(|(moved, _)| *moved == place);
        latest.map_or(place, |(_, position)| *position)
    }

    /// Takes what is at the chosen place, and puts there what is at the step's own.
    fn take(&mut self, step: u32, chosen: u32) -> Option<u32> {
        let (own, taken) = (self.at(step), self.at(chosen));
        *self.moved.get_mut(usize::try_from(step).ok()?)? = Some((chosen, own));
        Some(taken)
    }
}

/// The number of a step, below a bound; none where nothing is below it.
fn number_below(bound: u32, seed: &Hash, step: u32, keccak: &impl Fn(&[u8]) -> Hash) -> Option<u32> {
    let hash = word::hash(&[*seed, word::number(u128::from(step))], keccak);
    let mut high = [0; 16];
    high.copy_from_slice(&hash[..16]);
    u32::try_from(u128::from_be_bytes(high).checked_rem(u128::from(bound))?).ok()
}
