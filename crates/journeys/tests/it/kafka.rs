//! Reading from Kafka: librdkafka's own mock cluster runs in this process, and the binary reads from it.
//! `cargo test -p journeys --features kafka`, with a binary that has the feature too.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use crate::harness::{Chance, PATIENCE, Server, dendro, folder, run, until_async};
use crate::outside::S3;

/// Kills in an ordinary run; `JOURNEY_KAFKA_KILLS=200` is the long one.
const KILLS: u64 = 4;
const PARTITIONS: i32 = 4;
/// Every so many messages of the topic of JSON are none.
const DEAD_EVERY: usize = 50;
/// Commits of offsets that the broker refuses, when it does: all of a server's life.
const REFUSED: usize = 100;

/// A cluster with a producer that writes on and on.
struct Cluster {
    mock: MockCluster<'static, DefaultProducerContext>,
    written: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    writing: Option<std::thread::JoinHandle<()>>,
}

impl Cluster {
    fn start() -> Cluster {
        let mock = MockCluster::new(3).expect("mock cluster");
        mock.create_topic("shop", PARTITIONS, 3).expect("topic");
        mock.create_topic("audit", PARTITIONS, 3).expect("topic");
        let producer: BaseProducer =
            ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().expect("producer");
        let (written, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, told) = (written.clone(), stop.clone());
        let writing = std::thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                let number = count.load(Ordering::Relaxed);
                for number in number..number + 20 {
                    write(&producer, number);
                }
                producer.flush(PATIENCE).expect("flush");
                count.store(number + 20, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        Cluster { mock, written, stop, writing: Some(writing) }
    }

    fn server(&self, data: &Path, seal_after: &str) -> Server {
        self.server_in(data, &["--seal-after", seal_after], &[])
    }

    fn server_in(&self, data: &Path, flags: &[&str], environment: &[(&str, &str)]) -> Server {
        // A member that was killed is missed after this time; the others wait for that.
        let properties = data.with_extension("properties");
        std::fs::write(&properties, "session.timeout.ms=6000\nheartbeat.interval.ms=200\n").expect("write");
        let (brokers, properties) = (self.mock.bootstrap_servers(), properties.display().to_string());
        let ours = ["--kafka-brokers", &brokers, "--kafka-topics", "shop,audit=raw", "--kafka-properties", &properties];
        Server::start_in(data, &[&ours[..], flags].concat(), environment)
    }

    /// Ends the writing. Returns how many messages there are.
    fn stop(&mut self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.writing.take().expect("stopped once").join().expect("writing");
        self.written.load(Ordering::Relaxed)
    }
}

fn is_dead(number: usize) -> bool {
    number.is_multiple_of(2) && (number / 2).is_multiple_of(DEAD_EVERY)
}

fn write(producer: &BaseProducer, number: usize) {
    let (topic, payload) = match number {
        _ if is_dead(number) => ("shop", format!("message {number}, and no object")),
        _ if number.is_multiple_of(2) => ("shop", format!("{{\"msg\":\"message {number}\"}}")),
        _ => ("audit", format!("message {number}")),
    };
    let key = format!("key {number}");
    let mut record = BaseRecord::to(topic).payload(&payload).key(&key).partition((number / 2) as i32 % PARTITIONS);
    while let Err((error, again)) = producer.send(record) {
        assert_eq!(error.rdkafka_error_code(), Some(rdkafka::types::RDKafkaErrorCode::QueueFull));
        producer.poll(Duration::from_millis(10));
        record = again;
    }
}

/// The numbers of all messages that a server has, those in quarantine too.
async fn found(server: &Server) -> Vec<usize> {
    let rows = server.sql("SELECT message FROM logs").await.into_iter();
    let mut found: Vec<usize> = rows.map(|row| number(row["message"].as_str().expect("a message"))).collect();
    for row in server.sql("SELECT raw FROM quarantine").await {
        let raw = row["raw"].as_str().expect("raw");
        assert!(raw.starts_with(r#"{"kafka.topic":"shop","kafka.partition":"#) && raw.contains(r#""kafka.offset":"#), "{raw}");
        found.push(number(&raw[raw.rfind("message").expect("the payload")..]));
    }
    found
}

fn number(message: &str) -> usize {
    let digits: String = message.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// Waits until servers have all messages, and looks whether any is there twice.
async fn check(servers: &[&Server], written: usize) {
    let mut all = Vec::new();
    for _ in 0..600 {
        all.clear();
        for server in servers {
            all.extend(found(server).await);
        }
        if all.len() >= written {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let different: BTreeSet<usize> = all.iter().copied().collect();
    assert_eq!((all.len(), different.len()), (written, written), "stored, different; written {written}");
}

async fn stored(server: &Server) -> usize {
    server.count().await as usize
}

async fn until_more(server: &Server, than: usize) {
    let started = std::time::Instant::now();
    while stored(server).await <= than {
        let logged = || server.logged().lines().filter(|line| !line.contains("\"request\"")).collect::<Vec<_>>().join("\n");
        assert!(started.elapsed() < PATIENCE, "nothing more was read; the server said:\n{}", logged());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn kills() -> u64 {
    std::env::var("JOURNEY_KAFKA_KILLS").map_or(KILLS, |text| text.parse().expect("JOURNEY_KAFKA_KILLS: a number"))
}

/// I-2: kill -9 between any two steps, while half of the time the broker learns nothing of what was stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn kills_lose_and_double_no_message() {
    let kills = kills();
    let (_temporary, data) = folder();
    let mut cluster = Cluster::start();
    let mut chance = Chance::new();
    for kill in 0..kills {
        if kill.is_multiple_of(2) {
            let refused = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS; REFUSED];
            cluster.mock.request_errors(RDKafkaApiKey::OffsetCommit, &refused);
        } else {
            cluster.mock.clear_request_errors(RDKafkaApiKey::OffsetCommit);
        }
        // Sealed often, and hardly ever: the positions are in the state database, or in the write-ahead log.
        let server = cluster.server(&data, if kill.is_multiple_of(3) { "1h" } else { "150ms" });
        let before = stored(&server).await;
        until_more(&server, before).await;
        tokio::time::sleep(Duration::from_millis(chance.below(700))).await; // The moment of the kill.
        server.kill();
    }
    cluster.mock.clear_request_errors(RDKafkaApiKey::OffsetCommit);
    let server = cluster.server(&data, "150ms");
    let written = cluster.stop();
    check(&[&server], written).await;
    println!("{kills} kills, {written} messages");
    until_async("the lag to be told", || async {
        let metrics = server.client().get(format!("{}/metrics", server.url)).send().await.ok()?.text().await.ok()?;
        metrics.contains("dendro_kafka_lag{topic=\"shop\"} 0").then_some(())
    })
    .await;
    let row = &server.sql(r#"SELECT "kafka.topic" AS t, "kafka.key" AS k FROM logs WHERE message = 'message 1'"#).await[0];
    assert_eq!((row["t"].as_str(), row["k"].as_str()), (Some("audit"), Some("key 1")));
    server.stop();
    run(dendro(["check", "--data"]).arg(&data)).exits(0);
}

/// Two nodes share the partitions; one comes and goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn partitions_move_between_nodes() {
    let (_temporary, data) = folder();
    let (_other_temporary, other_data) = folder();
    let mut cluster = Cluster::start();
    let server = cluster.server(&data, "150ms");
    until_more(&server, 100).await;
    let mut other = cluster.server(&other_data, "150ms");
    until_more(&other, 100).await;
    other.stop();
    let before = stored(&server).await;
    until_more(&server, before + 100).await;
    other = cluster.server(&other_data, "150ms");
    let before = stored(&other).await;
    until_more(&other, before + 100).await;
    let written = cluster.stop();
    check(&[&server, &other], written).await;
    println!("{written} messages, {} on the second node", stored(&other).await);
    server.stop();
    other.stop();
}

/// Two nodes with folders of their own and tables in common, either of which is killed at any moment, and comes back before
/// the other has noticed, or after it has taken the partitions over, or never. What one had stored for itself and not
/// committed, the other reads again: the tables hold each message once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_nodes_of_shared_tables_lose_and_double_no_message() {
    let (s3, kills) = (S3::start(), kills());
    let tables = s3.place("shared");
    let folders = [folder(), folder(), folder()];
    let mut cluster = Cluster::start();
    let mut chance = Chance::new();
    let start = |cluster: &Cluster, node: usize, seal_after: &str| {
        let flags = ["--tables", &tables, "--node", ["1", "2"][node], "--seal-after", seal_after];
        cluster.server_in(&folders[node].1, &flags, &s3.environment())
    };
    let mut servers = [Some(start(&cluster, 0, "300ms")), Some(start(&cluster, 1, "2s"))];
    for kill in 0..kills {
        tokio::time::sleep(Duration::from_millis(1000 + chance.below(4000))).await; // The moment of the kill.
        let node = chance.below(2) as usize;
        let moments = [0, 3_000, 9_000]; // A member that was killed is missed after 6 s.
        servers[node].take().expect("it runs").kill();
        tokio::time::sleep(Duration::from_millis(moments[chance.below(3) as usize])).await;
        servers[node] = Some(start(&cluster, node, ["300ms", "2s", "1h"][kill as usize % 3]));
    }
    let [first, second] = servers.map(|server| server.expect("it runs"));
    first.kill(); // For good.
    second.stop();
    let second = start(&cluster, 1, "300ms");
    let written = cluster.stop();
    let observed = async || {
        let observer = Server::start_in(&folders[2].1, &["--tables", &tables, "--node", "3"], &s3.environment());
        let found = found(&observer).await;
        observer.stop();
        found
    };
    let mut all = Vec::new();
    let started = std::time::Instant::now();
    while all.len() < written && started.elapsed() < PATIENCE * 2 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        all = observed().await;
    }
    second.stop();
    // What the first had stored before it was killed for good is decided on when it comes back; without Kafka it reads nothing.
    Server::start_in(&folders[0].1, &["--tables", &tables, "--node", "1"], &s3.environment()).stop();
    let all = observed().await;
    let different: BTreeSet<usize> = all.iter().copied().collect();
    assert_eq!((all.len(), different.len()), (written, written), "stored, different; written {written}");
    println!("{kills} kills, {written} messages");
    let mut check = dendro(["check", "--data"]);
    run(check.arg(&folders[1].1).envs(s3.environment()).env("DENDRO_TABLES", &tables)).exits(0);
}

/// What is wrong with the settings is told at the start, and no secret with it.
#[test]
fn wrong_settings_are_told() {
    let (_temporary, data) = folder();
    let properties = data.with_extension("properties");
    let start = |text: &str| {
        std::fs::write(&properties, text).expect("write");
        let mut command = dendro(["serve", "--listen", "127.0.0.1:0", "--kafka-brokers", "127.0.0.1:1", "--kafka-topics", "t"]);
        run(command.arg("--kafka-properties").arg(&properties).arg("--data").arg(&data)).exits(2).err
    };
    assert!(start("security.protocol=hunter2\n").contains("`security.protocol`"));
    assert!(!start("sasl.password=a\nsecurity.protocol=hunter2\n").contains("hunter2"));
    assert!(start("\nhunter2\n").contains("line 2: there is no `=`"));
    assert!(start("group.id=x\n").contains("line 1: this property is not for setting"));
}
