//! nDCG@10 and recall@10 of the search by meaning.
//!
//! `cargo run --release -p analysis --example meaning -- FOLDER`, where FOLDER holds `docs.tsv` (id, count, severity, component,
//! template, example) and `queries.tsv` (query, ids of grade 2, ids of grade 1). Gains are the grades; recall counts all ids.

use std::collections::HashMap;
use std::time::Instant;

use analysis::Meaning;

#[expect(clippy::print_stdout, reason = "prints figures")]
fn main() {
    let folder = std::env::args().nth(1).expect("a folder with docs.tsv and queries.tsv");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).expect("the file can be read");
    let docs = read("docs.tsv");
    let docs: Vec<Vec<&str>> =
        docs.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    let contexts: Vec<String> =
        docs.iter().map(|doc| format!("{} {}", doc[0].split('-').next().unwrap_or_default(), doc[3])).collect();
    let meaning = Meaning::new(docs.iter().zip(&contexts).map(|(doc, context)| (doc[4], context.as_str())));
    let queries = read("queries.tsv");
    let (mut ndcg, mut recall, mut n, mut slowest) = (0.0, 0.0, 0.0, 0.0_f64);
    for line in queries.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        let grades: HashMap<&str, f64> = [(1, 2.0), (2, 1.0)]
            .into_iter()
            .flat_map(|(column, grade)| parts.get(column).into_iter().flat_map(|ids| ids.split(' ')).map(move |id| (id, grade)))
            .filter(|(id, _)| !id.is_empty())
            .collect();
        let started = Instant::now();
        let found = meaning.nearest(parts[0], 10);
        slowest = slowest.max(started.elapsed().as_secs_f64());
        let gains: Vec<f64> = found.iter().map(|&(place, _)| grades.get(docs[place][0]).copied().unwrap_or(0.0)).collect();
        let mut best: Vec<f64> = grades.values().copied().collect();
        best.sort_by(|a, b| b.total_cmp(a));
        best.truncate(10);
        let dcg = |gains: &[f64]| gains.iter().enumerate().map(|(rank, gain)| gain / (rank as f64 + 2.0).log2()).sum::<f64>();
        let of_query = dcg(&gains) / dcg(&best);
        ndcg += of_query;
        recall += gains.iter().filter(|&&gain| gain > 0.0).count() as f64 / grades.len() as f64;
        n += 1.0;
        if std::env::var_os("WRONG").is_some() {
            println!("{of_query:.2} {}", parts[0]);
            for (&(place, score), gain) in found.iter().zip(&gains).take(6) {
                println!("      {gain} {score:.2} {} {} | {}", docs[place][0], docs[place][3], docs[place][4]);
            }
            for (id, grade) in &grades {
                if !found.iter().any(|&(place, _)| docs[place][0] == *id) {
                    let doc = docs.iter().find(|doc| doc[0] == *id).expect("a known id");
                    println!("      missed {grade} {id} {} | {}", doc[3], doc[4]);
                }
            }
        }
    }
    let many = docs.iter().zip(&contexts).cycle().take(100_000);
    let many: Vec<(String, &String)> =
        many.enumerate().map(|(index, (doc, context))| (format!("{} x{index}y", doc[4]), context)).collect();
    let large = Meaning::new(many.iter().map(|(text, context)| (text.as_str(), context.as_str())));
    let mut times: Vec<f64> = Vec::new();
    for line in queries.lines().filter(|line| !line.starts_with('#')) {
        let started = Instant::now();
        large.nearest(line.split('\t').next().unwrap_or_default(), 10);
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!("100,000 patterns: middle {:.1} ms, P95 {:.1} ms", times[times.len() / 2], times[times.len() * 95 / 100]);
    println!("nDCG@10 {:.3}, recall@10 {:.3} of {n} queries; slowest {:.2} ms", ndcg / n, recall / n, slowest * 1e3);
}
