//! Opens a vault on the development node and draws against it. The README shows this text.

use florin_bindings::vaults;
use florin_client::{address_book::AddressBook, contract::Client, node::NodeChain, signer::Signer};
use florin_units::{Amount, Wad};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(NodeChain::connect("ws://127.0.0.1:9944").await?);
    let contract = AddressBook::load("addresses/dev.json".as_ref())?.address("vaults")?;
    let tokens = 500; // native ones: 10 decimals as accounts hold them, 18 as contracts see them
    let open = vaults::open(0, Amount::from_raw(tokens * 10u128.pow(18)), Wad::from_whole(1_000));
    let opened = client.call(&Signer::alice(), contract, tokens * 10u128.pow(10), &open).await?;
    println!("position {} opened in block {}", opened.value, opened.receipt.block.number);
    Ok(())
}
