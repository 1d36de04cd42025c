// What differs, with a chart of each: the time before, and the time in which it went wrong.
import { href } from "../app/route";
import { zone } from "../app/settings";
import { count, moment, rate } from "../ui/format";
import { Spark } from "../ui/spark";
import { useAnswer } from "../ui/use-answer";
import { oneLine } from "../ui/visible";
import { course, shownTime, type Analysis, type Finding, type Stretch } from "./load";

/** Findings shown: beyond these nobody reads, and each asks for a chart. */
const SHOWN = 8;

const WORDS: Readonly<Record<Finding["difference"], string>> = {
  new: "new",
  more: "more",
  more_errors: "more errors",
  fewer: "fewer",
  silent: "silent",
  slower: "slower",
};

/** The findings as a table. */
export function Evidence({ answer }: { answer: Analysis }) {
  const time = shownTime(answer);
  const shown = answer.findings.slice(0, SHOWN);
  if (!time || shown.length === 0) return null;
  return (
    <section>
      <h2>What differs</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="What differs">
        <table class="rows-table evidence">
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">What</th>
              <th scope="col">Over time</th>
              <th scope="col" class="number">Expected</th>
              <th scope="col" class="number">Seen</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((finding) => (
              <Row key={`${finding.query}/${finding.difference}`} finding={finding} time={time} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ finding, time }: { finding: Finding; time: Stretch }) {
  const { source, difference, severity, pattern, expected, seen, start, end, alarm, query } = finding;
  return (
    <tr>
      <td>{oneLine(source, 200) || "(no source)"}</td>
      <td class="text">
        <span class={`badge ${alarm ? "bad" : ""}`}>{WORDS[difference]}</span> {severity && <span class="dim">{severity}</span>}{" "}
        <a href={href("explore", { q: query, from: start, to: end })}>{oneLine(pattern, 240) || "all its records"}</a>
      </td>
      <td>
        <Course finding={finding} time={time} />
      </td>
      <td class="number">{number(expected)}</td>
      <td class="number">{number(seen)}</td>
      <td class="when">{moment(start, zone.value).slice(11, 19)}</td>
    </tr>
  );
}

function Course({ finding, time }: { finding: Finding; time: Stretch }) {
  const { answer } = useAnswer((signal) => course(finding, time, signal));
  const said = `records over the time from ${time.start} to ${time.end}`;
  return <span class="spark-wide">{answer && answer.length > 0 && <Spark values={answer} label={`At most ${count(Math.max(...answer))} ${said}`} />}</span>;
}

const number = (n: number) => (Number.isInteger(n) ? count(n) : rate(n));
