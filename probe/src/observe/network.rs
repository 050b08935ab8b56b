//! The network as this container sees it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::time::Duration;

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netdevice, recv, sendto, socket_with};
use serde_json::{Value, json};

use super::{Section, entries, number_or_text, read, value};
use crate::dns::parse_hosts;

const SYS: &str = "/sys/class/net";

/// An address of an interface: the interface's index, the address, its prefix.
type Address = (u32, IpAddr, u8);

/// `[{name, mac, mtu, addresses, addresses6}]` by name, addresses as
/// `ADDRESS/PREFIX`, sorted; null when the kernel does not tell any.
pub fn interfaces() -> Section {
    let names = match entries(SYS) {
        // The directory can have plain files too, such as `bonding_masters`.
        Ok(names) => names.into_iter().filter(|name| Path::new(SYS).join(name).is_dir()).collect(),
        Err(_) => names_in_proc(&read("/proc/net/dev")?),
    };
    let addresses = ask().ok();
    let list: Vec<Value> = names
        .into_iter()
        .map(|name| {
            let directory = Path::new(SYS).join(&name);
            let of = |want_v4: bool| {
                addresses.as_ref().map(|addresses| {
                    let mut list: Vec<String> = addresses
                        .get(&name)
                        .into_iter()
                        .flatten()
                        .filter(|(address, _)| address.is_ipv4() == want_v4)
                        .map(|(address, prefix)| format!("{address}/{prefix}"))
                        .collect();
                    list.sort_unstable();
                    list
                })
            };
            json!({
                "name": name,
                "mac": value(directory.join("address")),
                "mtu": number_or_text(value(directory.join("mtu"))),
                "addresses": of(true),
                "addresses6": of(false),
            })
        })
        .collect();
    Ok(json!(list))
}

/// The names in `/proc/net/dev`, sorted.
fn names_in_proc(text: &str) -> Vec<String> {
    let mut names: Vec<String> =
        text.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name.trim().to_owned()).collect();
    names.sort_unstable();
    names
}

/// Asks the kernel for all addresses; returns them by the interface's name.
fn ask() -> rustix::io::Result<HashMap<String, Vec<(IpAddr, u8)>>> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None, // NETLINK_ROUTE is protocol 0
    )?;
    set_socket_timeout(&socket, Timeout::Recv, Some(Duration::from_secs(2)))?;
    sendto(&socket, &request(), SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut buffer = vec![0; 65536];
    let mut found: HashMap<String, Vec<(IpAddr, u8)>> = HashMap::new();
    loop {
        let (_, length) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
        let (addresses, more) = parse(&buffer[..length]);
        for (index, address, prefix) in addresses {
            let name = netdevice::index_to_name(&socket, index)?;
            found.entry(name).or_default().push((address, prefix));
        }
        if !more {
            return Ok(found);
        }
    }
}

/// The question: `RTM_GETADDR`, all families, all interfaces.
fn request() -> Vec<u8> {
    let mut packet = Vec::with_capacity(24);
    packet.extend(24u32.to_ne_bytes()); // length
    packet.extend(22u16.to_ne_bytes()); // RTM_GETADDR
    packet.extend(0x301u16.to_ne_bytes()); // NLM_F_REQUEST | NLM_F_DUMP
    packet.extend(1u32.to_ne_bytes()); // sequence
    packet.extend([0; 12]); // port, then an ifaddrmsg of zeros
    packet
}

/// The addresses in a part of the answer, and whether more parts follow.
fn parse(mut packet: &[u8]) -> (Vec<Address>, bool) {
    let mut list = Vec::new();
    while packet.len() >= 16 {
        let length = word32(packet, 0) as usize;
        match (word16(packet, 4), packet.get(16..length)) {
            (20, Some(body)) => list.extend(parse_address(body)), // RTM_NEWADDR
            (2 | 3, _) | (_, None) => return (list, false),       // NLMSG_ERROR, NLMSG_DONE
            _ => {}
        }
        packet = packet.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    (list, true)
}

fn parse_address(body: &[u8]) -> Option<Address> {
    let (prefix, index) = (*body.get(1)?, word32(body.get(..8)?, 4));
    let (mut address, mut local) = (None, None);
    let mut rest = body.get(8..)?;
    while rest.len() >= 4 {
        let length = usize::from(word16(rest, 0));
        let data = rest.get(4..length)?;
        let parsed = match data.len() {
            4 => <[u8; 4]>::try_from(data).ok().map(|data| Ipv4Addr::from(data).into()),
            16 => <[u8; 16]>::try_from(data).ok().map(|data| Ipv6Addr::from(data).into()),
            _ => None,
        };
        match word16(rest, 2) {
            1 => address = parsed, // IFA_ADDRESS
            2 => local = parsed,   // IFA_LOCAL
            _ => {}
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some((index, local.or(address)?, prefix))
}

fn word16(bytes: &[u8], at: usize) -> u16 {
    u16::from_ne_bytes([bytes[at], bytes[at + 1]])
}

fn word32(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The lines of `/etc/resolv.conf`.
pub fn resolv() -> Section {
    let text = read("/etc/resolv.conf")?;
    Ok(json!(text.lines().collect::<Vec<&str>>()))
}

/// `[{address, names}]` of `/etc/hosts`, in their order.
pub fn hosts() -> Section {
    let text = read("/etc/hosts")?;
    let list: Vec<Value> =
        parse_hosts(&text).into_iter().map(|(address, names)| json!({"address": address, "names": names})).collect();
    Ok(json!(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut packet = Vec::new();
        packet.extend(u32::try_from(16 + body.len()).unwrap().to_ne_bytes());
        packet.extend(kind.to_ne_bytes());
        packet.extend([0; 10]);
        packet.extend(body);
        packet
    }

    #[test]
    fn answers() {
        let mut body = vec![2, 16, 0, 0];
        body.extend(7u32.to_ne_bytes());
        for (kind, data) in [(1u16, [10, 0, 0, 1]), (2, [10, 0, 0, 2])] {
            body.extend(8u16.to_ne_bytes());
            body.extend(kind.to_ne_bytes());
            body.extend(data);
        }
        let address: IpAddr = Ipv4Addr::new(10, 0, 0, 2).into();
        let mut packet = message(20, &body);
        assert_eq!(parse(&packet), (vec![(7, address, 16)], true));
        packet.extend(message(3, &[0; 4]));
        assert_eq!(parse(&packet), (vec![(7, address, 16)], false));
    }

    #[test]
    fn nonsense_ends() {
        assert_eq!(parse(&[0; 16]), (vec![], false));
        assert_eq!(parse(&message(20, &[2, 16])), (vec![], true));
        assert_eq!(parse(&message(2, &[])), (vec![], false));
    }

    #[test]
    fn names() {
        let text = "Inter-|   Receive\n face |bytes\n  lo: 1 2\neth0: 3 4\n";
        assert_eq!(names_in_proc(text), ["eth0", "lo"]);
    }
}
