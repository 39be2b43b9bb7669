//! Which network addresses an integrator's word may send us to. Whoever names an address must not reach what stands
//! beside the service: its database, the cloud's metadata, other people's routers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anybody's on the internet.
    Public,
    /// This machine's, or of a network that an operator may call their own.
    Private,
    /// Nothing that a receiver could have, or a way around this list.
    Never,
}

/// First address and length of networks that no receiver has: "this" network, link-local (metadata of clouds stands
/// there), protocol assignments, documentation, relays of 6to4, benchmarks, a cloud's own services, multicast and what
/// is reserved.
const NEVER_V4: [(Ipv4Addr, u32); 11] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];
/// Loopback, private use, and carriers' own.
const PRIVATE_V4: [(Ipv4Addr, u32); 5] = [
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
];
/// Inside the global space: Teredo, ORCHID and other assignments; documentation; 6to4, which embeds any IPv4 address.
const NEVER_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];
/// This machine, and unique local addresses.
const PRIVATE_V6: [(Ipv6Addr, u32); 2] = [
    (Ipv6Addr::LOCALHOST, 128),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
];
/// All addresses that are routed in the internet. What embeds IPv4 (mapped, compatible, NAT64) lies outside.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Says what an address is.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let of =
        |(net, length): &(Ipv4Addr, u32)| (address.to_bits() ^ net.to_bits()) >> (32 - length) == 0;
    if NEVER_V4.iter().any(of) {
        Reach::Never
    } else if PRIVATE_V4.iter().any(of) {
        Reach::Private
    } else {
        Reach::Public
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let of = |(net, length): &(Ipv6Addr, u32)| {
        (address.to_bits() ^ net.to_bits()) >> (128 - length) == 0
    };
    if PRIVATE_V6.iter().any(of) {
        Reach::Private
    } else if NEVER_V6.iter().any(of) || !of(&GLOBAL_V6) {
        Reach::Never
    } else {
        Reach::Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_every_range_are_where_they_should_be() {
        for (text, expected) in [
            ("0.0.0.0", Reach::Never),
            ("0.255.255.255", Reach::Never),
            ("1.0.0.0", Reach::Public),
            ("9.255.255.255", Reach::Public),
            ("10.0.0.0", Reach::Private),
            ("10.255.255.255", Reach::Private),
            ("11.0.0.0", Reach::Public),
            ("100.63.255.255", Reach::Public),
            ("100.64.0.0", Reach::Private),
            ("100.127.255.255", Reach::Private),
            ("100.128.0.0", Reach::Public),
            ("126.255.255.255", Reach::Public),
            ("127.0.0.1", Reach::Private),
            ("128.0.0.0", Reach::Public),
            ("169.253.255.255", Reach::Public),
            ("169.254.169.254", Reach::Never),
            ("169.255.0.0", Reach::Public),
            ("172.15.255.255", Reach::Public),
            ("172.16.0.0", Reach::Private),
            ("172.31.255.255", Reach::Private),
            ("172.32.0.0", Reach::Public),
            ("192.0.0.192", Reach::Never),
            ("192.0.1.0", Reach::Public),
            ("192.0.2.1", Reach::Never),
            ("192.88.99.1", Reach::Never),
            ("192.167.255.255", Reach::Public),
            ("192.168.0.0", Reach::Private),
            ("192.169.0.0", Reach::Public),
            ("198.17.255.255", Reach::Public),
            ("198.19.255.255", Reach::Never),
            ("198.20.0.0", Reach::Public),
            ("198.51.100.7", Reach::Never),
            ("203.0.113.7", Reach::Never),
            ("223.255.255.255", Reach::Public),
            ("224.0.0.1", Reach::Never),
            ("255.255.255.255", Reach::Never),
            ("::", Reach::Never),
            ("::1", Reach::Private),
            ("::2", Reach::Never),
            ("::127.0.0.1", Reach::Never),
            ("::ffff:127.0.0.1", Reach::Never),
            ("::ffff:1.1.1.1", Reach::Never),
            ("64:ff9b::7f00:1", Reach::Never),
            ("64:ff9b:1::1", Reach::Never),
            ("100::1", Reach::Never),
            ("2001::1", Reach::Never),
            ("2001:1ff:ffff::1", Reach::Never),
            ("2001:200::1", Reach::Public),
            ("2001:db8::1", Reach::Never),
            ("2002:7f00:1::1", Reach::Never),
            ("2003::1", Reach::Public),
            ("2606:4700::1111", Reach::Public),
            ("3fff:fff::1", Reach::Never),
            ("3fff:1000::1", Reach::Public),
            ("4000::1", Reach::Never),
            ("5f00::1", Reach::Never),
            ("fbff::1", Reach::Never),
            ("fc00::1", Reach::Private),
            ("fdff::1", Reach::Private),
            ("fe80::1", Reach::Never),
            ("fec0::1", Reach::Never),
            ("ff02::1", Reach::Never),
        ] {
            assert_eq!(reach(text.parse().unwrap()), expected, "{text}");
        }
    }
}
