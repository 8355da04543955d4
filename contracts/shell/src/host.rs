//! What the chain offers and ink! does not: its number, calls with bytes as they are, and signatures of both kinds.

use florin_governance::signing::{self, Domain, Signature, SignatureError};
use florin_governance::Hash;
use ink::env::hash::Keccak256;
use ink::Address;

/// Keccak-256.
pub fn keccak(bytes: &[u8]) -> Hash {
    let mut hash = Hash::default();
    ink::env::hash_bytes::<Keccak256>(bytes, &mut hash);
    hash
}

/// Where signatures for this contract count.
pub fn domain(name: &'static str) -> Domain {
    Domain { name, chain_id: chain::id(), contract: ink::env::address().0 }
}

/// Checks that an account signed a digest.
///
/// # Errors
/// [`SignatureError::Malformed`], [`SignatureError::Malleable`], [`SignatureError::WrongSigner`].
pub fn check_signature(account: Address, digest: &Hash, bytes: &[u8]) -> Result<(), SignatureError> {
    let signer = match Signature::parse(bytes)? {
        Signature::Ecdsa(parts) => chain::recover(digest, &parts),
        Signature::Sr25519 { public_key, signature } => {
            let signed = chain::verify(&signature, &signing::wrapped(digest), &public_key);
            signed.then(|| signing::address_of(&public_key, keccak))
        }
    };
    // The zero address is what a failed recovery looks like on some chains; it signs nothing.
    if signer == Some(account.0) && account != Address::zero() {
        Ok(())
    } else {
        Err(SignatureError::WrongSigner { expected: account.0 })
    }
}

/// Calls a contract with bytes as they are; true where it did not revert. The callee may call back only where `reentry`
/// says so.
pub fn call(target: Address, value: u128, data: &[u8], reentry: bool) -> bool {
    chain::call(target, value, data, reentry)
}

/// Calls a contract that nobody vouches for. It may use a bounded weight only, so that it cannot take from the message
/// what the rest needs, and may not call back. Returns how many bytes it has answered, of which `answer` holds the
/// first; none where it has reverted, or answered more than fits.
pub fn ask(target: Address, data: &[u8], answer: &mut [u8], read_only: bool) -> Option<usize> {
    chain::ask(target, data, answer, read_only)
}

/// Where the chain computes SHA-256, as Ethereum does.
pub const SHA256: [u8; 20] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

/// SHA-256; none where the chain does not compute it.
pub fn sha256(bytes: &[u8]) -> Option<Hash> {
    let mut hash = Hash::default();
    ask(Address::from(SHA256), bytes, &mut hash, true).filter(|length| *length == hash.len()).map(|_| hash)
}

/// Hash of one of the latest 256 blocks before this one; none of any other.
pub fn block_hash(number: u32) -> Option<Hash> {
    Some(chain::block_hash(number)).filter(|hash| *hash != Hash::default())
}

/// Ends the message as another contract's code ends it, run on this contract's storage and in its name: with what that
/// returns, or undone with that.
pub fn become_other(code: Address, data: &[u8]) -> ! {
    chain::become_other(code, data)
}

#[cfg(target_arch = "riscv64")]
mod chain {
    use florin_governance::{signing::ECDSA_LENGTH, Hash};
    use ink::{Address, U256};
    use pallet_revive_uapi::{CallFlags, HostFn, HostFnImpl as Host, ReturnErrorCode, ReturnFlags};

    /// Of weight and deposit: what the transaction has left.
    const NO_LIMIT: u64 = u64::MAX;
    /// What a contract that nobody vouches for may use of computation, in picoseconds: some twenty times what a
    /// transfer of coin takes.
    const ASK_REF_TIME: u64 = 20_000_000_000;
    /// What it may use of the block's proof, in bytes: the code of the largest contract here and the cells that it reads for a
    /// hearing. The message with the most calls pays twelve accounts, exchanges for two of them, delivers a title and asks for
    /// its balance: eighteen calls, which have to fit the 7 MiB of one transaction with the message's own code and cells,
    /// whatever they do.
    const ASK_PROOF: u64 = 360 * 1024;
    /// What it may have the sender deposit for storage, in the chain's contract units: ten times what a transfer of
    /// coin to somebody new takes. Who deposits is not who gets it back.
    const ASK_DEPOSIT: u128 = 25_600_000_000_000_000;
    /// The longest answer of another contract's code; more is cut off.
    const ANSWER: usize = 1024;

    /// The chain's number (EIP-155), big-endian.
    pub(super) fn id() -> [u8; 32] {
        let mut id = [0; 32];
        Host::chain_id(&mut id);
        // The chain counts little-endian.
        id.reverse();
        id
    }

    /// The address that signed, by the precompile at address one.
    pub(super) fn recover(digest: &Hash, signature: &[u8; ECDSA_LENGTH]) -> Option<[u8; 20]> {
        let mut input = [0; 128];
        input[..32].copy_from_slice(digest);
        input[63] = signature[ECDSA_LENGTH - 1] + 27;
        input[64..].copy_from_slice(&signature[..64]);
        let mut precompile = [0; 20];
        precompile[19] = 1;
        let mut answer = [0; 32];
        let mut output = &mut answer[..];
        let none = [0; 32];
        let flags = CallFlags::READ_ONLY;
        let done = Host::call(flags, &precompile, NO_LIMIT, NO_LIMIT, &[u8::MAX; 32], &none, &input, Some(&mut output));
        if done.is_err() || output.len() != 32 {
            return None;
        }
        let mut signer = [0; 20];
        signer.copy_from_slice(&output[12..]);
        Some(signer)
    }

    pub(super) fn verify(signature: &[u8; 64], message: &[u8], public_key: &[u8; 32]) -> bool {
        Host::sr25519_verify(signature, message, public_key).is_ok()
    }

    pub(super) fn ask(target: Address, data: &[u8], answer: &mut [u8], read_only: bool) -> Option<usize> {
        let flags = if read_only { CallFlags::READ_ONLY } else { CallFlags::empty() };
        let mut output = &mut *answer;
        let none = [0; 32];
        let deposit = U256::from(ASK_DEPOSIT).to_little_endian();
        Host::call(flags, &target.0, ASK_REF_TIME, ASK_PROOF, &deposit, &none, data, Some(&mut output)).ok()?;
        let length = output.len();
        // What does not fit was cut off, and is not what was answered.
        usize::try_from(Host::return_data_size()).ok().filter(|size| *size == length)
    }

    pub(super) fn block_hash(number: u32) -> Hash {
        let mut hash = Hash::default();
        Host::block_hash(&U256::from(number).to_little_endian(), &mut hash);
        hash
    }

    pub(super) fn become_other(code: Address, data: &[u8]) -> ! {
        let mut answer = [0; ANSWER];
        let mut output = &mut answer[..];
        let done = Host::delegate_call(
            CallFlags::empty(),
            &code.0,
            NO_LIMIT,
            NO_LIMIT,
            &[u8::MAX; 32],
            data,
            Some(&mut output),
        );
        match done {
            Ok(()) => Host::return_value(ReturnFlags::empty(), output),
            Err(ReturnErrorCode::CalleeReverted) => Host::return_value(ReturnFlags::REVERT, output),
            // There is no answer, and what the buffer holds is none.
            Err(_) => Host::return_value(ReturnFlags::REVERT, &[]),
        }
    }

    pub(super) fn call(target: Address, value: u128, data: &[u8], reentry: bool) -> bool {
        let flags = if reentry { CallFlags::ALLOW_REENTRY } else { CallFlags::empty() };
        let value = U256::from(value).to_little_endian();
        Host::call(flags, &target.0, NO_LIMIT, NO_LIMIT, &[u8::MAX; 32], &value, data, None).is_ok()
    }
}

/// Contracts run on the chain's machine only; elsewhere they are compiled for their metadata and never run.
#[cfg(not(target_arch = "riscv64"))]
mod chain {
    use florin_governance::{signing::ECDSA_LENGTH, Hash};
    use ink::Address;

    pub(super) fn id() -> [u8; 32] {
        unreachable!("contracts run on the chain only")
    }

    pub(super) fn recover(_: &Hash, _: &[u8; ECDSA_LENGTH]) -> Option<[u8; 20]> {
        unreachable!("contracts run on the chain only")
    }

    pub(super) fn verify(_: &[u8; 64], _: &[u8], _: &[u8; 32]) -> bool {
        unreachable!("contracts run on the chain only")
    }

    pub(super) fn ask(_: Address, _: &[u8], _: &mut [u8], _: bool) -> Option<usize> {
        unreachable!("contracts run on the chain only")
    }

    pub(super) fn block_hash(_: u32) -> Hash {
        unreachable!("contracts run on the chain only")
    }

    pub(super) fn become_other(_: Address, _: &[u8]) -> ! {
        unreachable!("contracts run on the chain only")
    }

    pub(super) fn call(_: Address, _: u128, _: &[u8], _: bool) -> bool {
        unreachable!("contracts run on the chain only")
    }
}
