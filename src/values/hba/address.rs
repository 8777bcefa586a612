//! Where connections come from: networks and names.

use std::net::IpAddr;

use super::Word;

/// Where connections come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `all`.
    Anywhere,
    /// A network: its address and the bits of its mask, as numbers.
    Network(IpAddr, u128),
    /// `samehost`, `samenet` or a host's name: where that is, only the node knows.
    Named(String),
}

impl Address {
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Anywhere, _) => true,
            (Self::Network(IpAddr::V4(net), mask), Self::Network(IpAddr::V4(inner), narrower)) => {
                mask & narrower == *mask
                    && u128::from((net.to_bits() ^ inner.to_bits()) & low(*mask)) == 0
            }
            (Self::Network(IpAddr::V6(net), mask), Self::Network(IpAddr::V6(inner), narrower)) => {
                mask & narrower == *mask && (net.to_bits() ^ inner.to_bits()) & mask == 0
            }
            (Self::Named(name), Self::Named(other)) => name == other,
            _ => false,
        }
    }

    /// Whether it is every address of the internet protocol that the nodes use.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        matches!(self, Self::Anywhere) || matches!(self, Self::Network(IpAddr::V4(_), 0))
    }
}

#[allow(clippy::cast_possible_truncation)] // a mask of version 4 has 32 bits
fn low(mask: u128) -> u32 {
    mask as u32
}

/// The mask of an address of so many bits, from its length.
fn mask(length: &str, bits: u32) -> Option<u128> {
    let digits = (1..=3).contains(&length.len()) && length.bytes().all(|b| b.is_ascii_digit());
    let length: u32 = length.parse().ok().filter(|_| digits)?;
    let all = u128::MAX >> (128 - bits);
    Some(all & all.checked_shl(bits.checked_sub(length)?).unwrap_or(0))
}

/// The address with its mask, and the fields behind it.
pub(super) fn address(fields: &[Vec<Word>]) -> Result<(Address, &[Vec<Word>]), String> {
    let (first, rest) = match fields {
        [] => return Err("there is no address".to_owned()),
        [first, rest @ ..] => (first, rest),
    };
    let [word] = first.as_slice() else {
        return Err("there is more than one address".to_owned());
    };
    match word.text.as_str() {
        "all" if !word.is_quoted => return Ok((Address::Anywhere, rest)),
        "samehost" | "samenet" if !word.is_quoted => {
            return Ok((Address::Named(word.text.clone()), rest));
        }
        _ => {}
    }
    let (host, length) = word
        .text
        .split_once('/')
        .map_or((word.text.as_str(), None), |(host, length)| {
            (host, Some(length))
        });
    let wrong = || Err(format!("`{}` is not an address", word.text));
    let Ok(net) = host.parse::<IpAddr>() else {
        return if length.is_none() && is_host_name(host) {
            Ok((Address::Named(host.to_owned()), rest))
        } else {
            wrong()
        };
    };
    let bits: u32 = if net.is_ipv4() { 32 } else { 128 };
    if let Some(length) = length {
        let found = || {
            format!(
                "`{}` has a mask that is not between 0 and {bits}",
                word.text
            )
        };
        let mask = mask(length, bits).ok_or_else(found)?;
        return Ok((Address::Network(net, mask), rest));
    }
    let mask = match rest.first().map(Vec::as_slice) {
        Some([mask]) => mask.text.parse::<IpAddr>().ok(),
        _ => None,
    };
    match (net, mask) {
        (IpAddr::V4(_), Some(IpAddr::V4(mask))) => {
            Ok((Address::Network(net, mask.to_bits().into()), &rest[1..]))
        }
        (IpAddr::V6(_), Some(IpAddr::V6(mask))) => {
            Ok((Address::Network(net, mask.to_bits()), &rest[1..]))
        }
        _ => Err(format!(
            "`{host}` has no mask: write `{host}/{bits}` for this one address"
        )),
    }
}

/// A name with a letter in it, else PostgreSQL would look up what was meant to be an address.
fn is_host_name(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        && text
            .split('.')
            .next_back()
            .is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()))
}
