//! From a call to a definite outcome: nonce, signature, pool, block.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use parity_scale_codec::{Decode, Encode};
use subxt::rpcs::{self, client::RpcSubscription, methods::legacy::TransactionStatus};
use tokio::time::{sleep, Instant};

use super::{
    block, events,
    link::{reason_of, BlockId, Link},
    runtime::{Call, LIFE_TIME},
    NodeChain,
};
use crate::{
    account::AccountId,
    chain::{Hash, Receipt, Wait},
    error::ChainError,
    signer::Signer,
};

/// How often a transaction is signed anew because somebody else used its nonce.
const ATTEMPTS: usize = 16;
/// How often the chain is asked again for something that may still come.
const POLL: Duration = Duration::from_millis(500);
/// How often a transaction in the pool is checked for having expired.
const EXPIRY_CHECK: Duration = Duration::from_secs(6);

/// The pool's code for a transaction that is not valid, and what it says of a nonce that has been used.
const POOL_INVALID: i32 = 1010;
const OUTDATED: &str = "outdated";
/// The pool's code where another transaction with this nonce waits already.
const POOL_TOO_LOW_PRIORITY: i32 = 1014;

type Turn = Arc<tokio::sync::Mutex<()>>;

/// One task of this process at a time reads an account's nonce and hands a transaction to the pool.
static TURNS: LazyLock<Mutex<HashMap<(Hash, AccountId), Turn>>> = LazyLock::new(Mutex::default);

fn turn_of(genesis_hash: Hash, account: AccountId) -> Turn {
    TURNS.lock().unwrap_or_else(PoisonError::into_inner).entry((genesis_hash, account)).or_default().clone()
}

/// A transaction that has been handed in.
struct Pending {
    hash: Hash,
    account: AccountId,
    nonce: u64,
    birth: BlockId,
}

/// What the pool of the node has said of a transaction before the chain is searched for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastWord {
    /// Nothing that ends it: the pool may still hold it.
    Silence,
    /// It is let go.
    LetGo,
    /// Another transaction has its place, and with it its nonce.
    Usurped,
}

/// How one attempt ended, where that is known.
enum Attempt {
    /// It stands in this block.
    Included(Hash),
    /// Another transaction has used the nonce, or waits to use it; this one never can be included.
    NonceTaken,
}

impl NodeChain {
    /// Sign, hand in and follow one call until its outcome is known.
    pub(super) async fn submit_call(&self, signer: &Signer, call: &Call, wait: Wait) -> Result<Receipt, ChainError> {
        for _ in 0..ATTEMPTS {
            let (pending, outcome) = self.attempt(signer, call, wait).await?;
            match outcome {
                Attempt::Included(block_hash) => return self.receipt(&pending, block_hash).await,
                Attempt::NonceTaken => {
                    tracing::debug!(account = ?pending.account, nonce = pending.nonce, "nonce taken, signing again");
                }
            }
        }
        Err(ChainError::Invalid { reason: format!("others used the account's nonce {ATTEMPTS} times in a row") })
    }

    async fn attempt(&self, signer: &Signer, call: &Call, wait: Wait) -> Result<(Pending, Attempt), ChainError> {
        let account = signer.account();
        let turn = turn_of(self.shared.genesis_hash, account);
        let guard = turn.lock().await;
        let (link, _, runtime) = self.now().await?;
        // The finalized block is one that every later block descends from.
        let (birth, nonce) = futures::try_join!(link.finalized(), link.next_nonce(&account))?;
        let signed = runtime.sign(call, signer, nonce, birth)?;
        let pending = Pending { hash: signed.hash, account, nonce, birth };
        let watched = link.watch(&signed.encoded).await;
        // The pool counts the transaction from now on; the next task can read the next nonce.
        drop(guard);
        let outcome = match watched {
            Ok(statuses) => self.follow(&link, &pending, statuses, wait).await?,
            Err(rpcs::Error::User(refusal)) if is_nonce_conflict(&refusal) => Attempt::NonceTaken,
            Err(rpcs::Error::User(refusal)) => return Err(ChainError::Invalid { reason: reason_of(&refusal) }),
            Err(broken) => {
                // It may have reached the node before the connection broke.
                let cause = link.explain("author_submitAndWatchExtrinsic", broken).to_string();
                self.search(&pending, &cause, LastWord::Silence).await?
            }
        };
        Ok((pending, outcome))
    }

    async fn follow(
        &self,
        link: &Link,
        pending: &Pending,
        mut statuses: RpcSubscription<TransactionStatus<Hash>>,
        wait: Wait,
    ) -> Result<Attempt, ChainError> {
        let mut deadline = Instant::now() + self.shared.patience.inclusion;
        loop {
            let status = tokio::select! {
                status = statuses.next() => status,
                () = sleep(EXPIRY_CHECK) => {
                    let finalized = link.finalized().await.map(|block| block.number).unwrap_or(pending.birth.number);
                    if finalized >= pending.birth.number.saturating_add(LIFE_TIME) {
                        return self.search(pending, "its life time is over", LastWord::Silence).await;
                    }
                    if Instant::now() > deadline {
                        let waited = self.shared.patience.inclusion.as_secs();
                        return Err(pending.unknown(&format!("no block has included it for {waited} s")));
                    }
                    continue;
                }
            };
            match status {
                Some(Ok(TransactionStatus::Finalized(hash))) => return Ok(Attempt::Included(hash)),
                Some(Ok(TransactionStatus::InBlock(hash))) if wait == Wait::Best => {
                    return Ok(Attempt::Included(hash));
                }
                Some(Ok(
                    TransactionStatus::Future
                    | TransactionStatus::Ready
                    | TransactionStatus::Broadcast(_)
                    | TransactionStatus::InBlock(_)
                    | TransactionStatus::Retracted(_),
                )) => deadline = Instant::now() + self.shared.patience.inclusion,
                Some(Ok(TransactionStatus::Usurped(_))) => {
                    let cause = "another transaction took its place in the pool";
                    return self.search(pending, cause, LastWord::Usurped).await;
                }
                Some(Ok(TransactionStatus::Dropped)) => {
                    return self.search(pending, "the pool was full", LastWord::LetGo).await;
                }
                Some(Ok(TransactionStatus::Invalid)) => {
                    return self.search(pending, "the pool found it not valid any more", LastWord::LetGo).await;
                }
                Some(Ok(TransactionStatus::FinalityTimeout(_))) => {
                    return self.search(pending, "its block was not finalized in time", LastWord::Silence).await;
                }
                Some(Err(broken)) => {
                    let cause = link.explain("author_submitAndWatchExtrinsic", broken).to_string();
                    return self.search(pending, &cause, LastWord::Silence).await;
                }
                None => return self.search(pending, "the connection broke", LastWord::Silence).await,
            }
        }
    }

    /// Look for a transaction in the finalized chain until it is clear what became of it. Where the pool of this node has
    /// let go of it and no other node can have it, that is clear at once.
    async fn search(&self, pending: &Pending, cause: &str, last_word: LastWord) -> Result<Attempt, ChainError> {
        let deadline = Instant::now() + self.shared.patience.search;
        let mut searched = pending.birth.number;
        loop {
            match self.look(pending, &mut searched, last_word).await {
                Ok(Some(attempt)) => return Ok(attempt),
                Ok(None) => {}
                // The node may come back.
                Err(ChainError::Unreachable { .. }) => {}
                Err(error) => return Err(error),
            }
            if Instant::now() > deadline {
                return Err(pending.unknown(cause));
            }
            sleep(POLL).await;
        }
    }

    async fn look(
        &self,
        pending: &Pending,
        searched: &mut u64,
        last_word: LastWord,
    ) -> Result<Option<Attempt>, ChainError> {
        let (link, best, runtime) = self.now().await?;
        let finalized = link.finalized().await?;
        while *searched < finalized.number {
            let number = searched.saturating_add(1);
            let Some(hash) = link.block_hash(Some(number)).await? else { return Ok(None) };
            if link.body(hash).await?.iter().any(|extrinsic| runtime.hash(extrinsic) == pending.hash) {
                return Ok(Some(Attempt::Included(hash)));
            }
            *searched = number;
        }
        if nonce_at(&link, &pending.account, finalized.hash).await? > pending.nonce {
            return Ok(Some(Attempt::NonceTaken));
        }
        if finalized.number >= pending.birth.number.saturating_add(LIFE_TIME) {
            return Err(ChainError::Expired { transaction: pending.hash });
        }
        let unused = nonce_at(&link, &pending.account, best).await? <= pending.nonce;
        if last_word == LastWord::Silence || !unused || link.peers().await? > 0 {
            return Ok(None);
        }
        match last_word {
            // What took its place has the nonce, as if it had been there first.
            LastWord::Usurped => Ok(Some(Attempt::NonceTaken)),
            _ => Err(ChainError::Dropped { transaction: pending.hash }),
        }
    }

    /// What the block says of the transaction.
    async fn receipt(&self, pending: &Pending, block_hash: Hash) -> Result<Receipt, ChainError> {
        let read = async {
            let link = self.link().await?;
            let runtime = self.runtime(&link, block_hash).await?;
            let id = link.header(block_hash).await?;
            let body = link.body(block_hash).await?;
            let index = body.iter().position(|extrinsic| runtime.hash(extrinsic) == pending.hash);
            let index = index
                .and_then(|index| u32::try_from(index).ok())
                .ok_or_else(|| pending.unknown(&format!("block {block_hash:?} was said to hold it and does not")))?;
            let key = runtime.storage_key("System", "Events", Vec::new())?;
            let bytes = link.storage(&key, block_hash).await?.unwrap_or_default();
            let summary = events::summarise(&runtime, bytes, index)?;
            Ok((block(&link, &runtime, id).await?, summary))
        };
        let (block, summary) = read.await.map_err(|error| match error {
            // Whoever sent it must not take this for a transaction that was never sent.
            ChainError::Unreachable { cause, .. } => pending.unknown(&cause),
            other => other,
        })?;
        match summary.failure {
            Some(failure) => Err(failure),
            None => Ok(Receipt {
                transaction: pending.hash,
                block,
                weight: summary.weight,
                fee: summary.fee,
                events: summary.events,
            }),
        }
    }
}

impl Pending {
    fn unknown(&self, cause: &str) -> ChainError {
        ChainError::Unknown { transaction: self.hash, cause: cause.to_owned() }
    }
}

/// Whether the pool refused because another transaction has used the nonce, or waits to use it.
fn is_nonce_conflict(refusal: &rpcs::UserError) -> bool {
    refusal.code == POOL_TOO_LOW_PRIORITY || (refusal.code == POOL_INVALID && reason_of(refusal).contains(OUTDATED))
}

/// The account's nonce in a block, without what waits in the pool.
async fn nonce_at(link: &Link, account: &AccountId, at: Hash) -> Result<u64, ChainError> {
    let bytes = link.call("AccountNonceApi_account_nonce", &account.0.encode(), at).await?;
    u32::decode(&mut &*bytes)
        .map(u64::from)
        .map_err(|error| ChainError::Decode { what: "an account's nonce".into(), cause: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a node's pool answers, as it comes over the wire.
    fn refusal(code: i32, message: &str, data: &str) -> rpcs::UserError {
        let answer = format!(r#"{{"code":{code},"message":"{message}","data":"{data}"}}"#);
        serde_json::from_str(&answer).expect("an answer")
    }

    #[test]
    fn a_nonce_that_is_taken_is_told_from_other_refusals() {
        let low = "The transaction has too low priority to replace another transaction already in the pool.";
        assert!(is_nonce_conflict(&refusal(1010, "Invalid Transaction", "Transaction is outdated")));
        assert!(is_nonce_conflict(&refusal(1014, "Priority is too low: (5 vs 5)", low)));
        let poor = "Inability to pay some fees (e.g. account balance too low)";
        for (code, message, data) in [
            (1010, "Invalid Transaction", poor),
            (1010, "Invalid Transaction", "Transaction has a bad signature"),
            (1016, "Immediately Dropped", "The transaction couldn't enter the pool because of the limit"),
        ] {
            assert!(!is_nonce_conflict(&refusal(code, message, data)), "{message}: {data}");
        }
    }
}
