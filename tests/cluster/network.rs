//! One network for each platform: a bridge, and a network namespace with one address on it for each replica.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;

use crate::sandbox::run;

/// Makes names of interfaces and namespaces unique among platforms that run at the same time.
static NEXT: AtomicUsize = AtomicUsize::new(0);

pub struct Network {
    bridge: String,
    hosts: u32,
}

/// A replica's cable to the bridge.
pub struct Link {
    /// Name of the network namespace, as `ip netns` has it.
    pub namespace: String,
    pub address: String,
    bridge: String,
    cable: String,
}

impl Network {
    pub fn new() -> Result<Self> {
        let bridge = format!("bridge{}", NEXT.fetch_add(1, Ordering::Relaxed));
        run("ip", &["link", "add", &bridge, "type", "bridge"])?;
        run("ip", &["link", "set", &bridge, "up"])?;
        Ok(Self { bridge, hosts: 0 })
    }

    pub fn attach(&mut self) -> Result<Link> {
        self.hosts += 1;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let link = Link {
            namespace: format!("replica{number}"),
            address: format!("10.0.0.{}", self.hosts),
            bridge: self.bridge.clone(),
            cable: format!("cable{number}"),
        };
        let namespace = link.namespace.as_str();
        run("ip", &["netns", "add", namespace])?;
        run(
            "ip",
            &[
                "link",
                "add",
                &link.cable,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                namespace,
            ],
        )?;
        run(
            "ip",
            &[
                "-n",
                namespace,
                "address",
                "add",
                &format!("{}/24", link.address),
                "dev",
                "eth0",
            ],
        )?;
        run("ip", &["-n", namespace, "link", "set", "eth0", "up"])?;
        run("ip", &["-n", namespace, "link", "set", "lo", "up"])?;
        run("ip", &["link", "set", &link.cable, "up"])?;
        link.heal()?;
        Ok(link)
    }
}

impl Link {
    /// Pulls the cable from the bridge: nothing arrives any more, in either direction, and nobody is told.
    pub fn cut(&self) -> Result<()> {
        run("ip", &["link", "set", &self.cable, "nomaster"])
    }

    pub fn heal(&self) -> Result<()> {
        run("ip", &["link", "set", &self.cable, "master", &self.bridge])
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // what remains ends with the sandbox
        let _ = run("ip", &["link", "delete", &self.bridge]);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let _ = run("ip", &["netns", "delete", &self.namespace]);
    }
}
