//! A proxy in front of PostgreSQL that can be told to misbehave, as those of managed databases do when the database moves.

use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// The proxy's treatment of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Pass,
    /// Ends those there are, and new ones as soon as they say something.
    Cut,
    /// Ends those there are, and answers new ones with what is no answer.
    Babble,
}

pub struct Proxy {
    /// The URL of the database, behind the proxy.
    pub url: String,
    mood: Arc<watch::Sender<Mood>>,
}

impl Proxy {
    /// Starts a proxy in front of the database at this address.
    pub async fn start(url: &str) -> Self {
        let (server, options) = url.split_once('?').unwrap_or((url, ""));
        let (login, name) = server.rsplit_once('/').unwrap();
        let (user, authority) = login.trim_start_matches("postgres://").rsplit_once('@').unwrap();
        let socket =
            options.split('&').find_map(|option| option.strip_prefix("host=")).map(|folder| format!("{folder}/.s.PGSQL.5432"));
        let authority = authority.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://{user}@{}/{name}", listener.local_addr().unwrap());
        let mood = Arc::new(watch::Sender::new(Mood::Pass));
        let moods = Arc::clone(&mood);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, socket.clone(), authority.clone(), moods.subscribe()));
            }
        });
        Self { url, mood }
    }

    pub fn be(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }
}

async fn serve(mut client: TcpStream, socket: Option<String>, authority: String, mut moods: watch::Receiver<Mood>) {
    let mood = *moods.borrow_and_update();
    if mood != Mood::Pass {
        let mut said = [0; 1024];
        let _ = client.read(&mut said).await;
        if mood == Mood::Babble {
            let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
        return;
    }
    let passed = async {
        match socket {
            Some(path) => copy_bidirectional(&mut client, &mut UnixStream::connect(path).await?).await,
            None => copy_bidirectional(&mut client, &mut TcpStream::connect(authority).await?).await,
        }
    };
    tokio::select! {
        _ = passed => {}
        _ = moods.changed() => {}
    }
}
