//! Commands about TCP.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::args::{Failure, Outcome, about, failed, number, put, put_line, unescape};
use crate::dns;
use crate::streams::pump;

/// How long one step of a conversation may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// `tcp-listen PORT [TEXT]`: prints `listening PORT`, then answers TEXT (`hello`
/// and a newline without one, escapes interpreted) to every connection, for ever.
pub fn listen(args: &[String]) -> Outcome {
    let (port, text) = match args {
        [port] => (port, b"hello\n".to_vec()),
        [port, text] => (port, unescape(text)),
        _ => return Err(Failure::Usage),
    };
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, number(port)?)).map_err(about(port))?;
    put_line(&format!("listening {}", listener.local_addr()?.port()))?;
    loop {
        let (stream, _) = listener.accept().map_err(about("accept"))?;
        let text = text.clone();
        std::thread::Builder::new().spawn(move || answer(stream, &text)).map_err(about("thread"))?;
    }
}

/// Sends the text, then reads what the other side had to say, so that closing
/// does not become a reset which could take the text with it.
fn answer(mut stream: TcpStream, text: &[u8]) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    if stream.write_all(text).is_ok() && stream.shutdown(Shutdown::Write).is_ok() {
        let mut buffer = [0; 4096];
        while matches!(stream.read(&mut buffer), Ok(length) if length > 0) {}
    }
}

/// `tcp-get HOST PORT`: connects, prints what comes until the other side closes.
pub fn get(args: &[String]) -> Outcome {
    let [host, port] = args else {
        return Err(Failure::Usage);
    };
    let port = number(port)?;
    let addresses = match host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => dns::lookup(host).map_err(about(host))?.addresses,
    };
    let mut problem = failed(format!("{host}: no addresses"));
    for address in addresses {
        let address = SocketAddr::new(address, port);
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                pump(stream, host, put)?;
                return Ok(0);
            }
            Err(error) => problem = failed(format!("{address}: {error}")),
        }
    }
    Err(problem)
}
