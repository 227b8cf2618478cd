// Counters and gauges in the text format of Prometheus.

import { monitorEventLoopDelay } from 'node:perf_hooks';

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

export interface Metrics {
  /** One answered request. */
  request(route: string, status: number, seconds: number): void;
  /** Everything known now. */
  text(parts: Readonly<Record<string, boolean>>): string;
}

/** Makes the metrics of one server. */
export function createMetrics(): Metrics {
  const requests = new Map<string, number>();
  const durations = new Map<string, Histogram>();
  const delay = monitorEventLoopDelay({ resolution: 100 });
  delay.enable();
  const startedSeconds = Date.now() / 1000 - process.uptime();
  return {
    request(route, status, seconds) {
      const key = `route="${route}",status="${status}"`;
      requests.set(key, (requests.get(key) ?? 0) + 1);
      let histogram = durations.get(route);
      if (histogram === undefined) {
        histogram = { counts: secondsBuckets.map(() => 0), sum: 0, count: 0 };
        durations.set(route, histogram);
      }
      histogram.sum += seconds;
      histogram.count += 1;
      const bucket = secondsBuckets.findIndex((limit) => seconds <= limit);
      if (bucket !== -1) histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
    },
    text(parts) {
      const memory = process.memoryUsage();
      const cpu = process.cpuUsage();
      const lines = [
        ...gauge(
          'majlis_part_up',
          'Whether a part works',
          Object.entries(parts).map(([name, up]) => [`part="${name}"`, up ? 1 : 0]),
        ),
        ...counter('majlis_http_requests_total', 'Requests answered', [...requests]),
        ...histogramLines('majlis_http_request_seconds', 'Time from request to end of answer', durations),
        ...counter('process_cpu_seconds_total', 'Processor time', [['', (cpu.user + cpu.system) / 1e6]]),
        ...gauge('process_resident_memory_bytes', 'Resident memory', [['', memory.rss]]),
        ...gauge('nodejs_heap_used_bytes', 'Heap in use', [['', memory.heapUsed]]),
        ...gauge('nodejs_external_memory_bytes', 'Memory outside the heap', [['', memory.external]]),
        ...gauge('nodejs_eventloop_delay_seconds', 'Event loop delay since the last reading', [
          ['quantile="0.5"', delay.percentile(50) / 1e9],
          ['quantile="0.99"', delay.percentile(99) / 1e9],
        ]),
        ...gauge('process_start_time_seconds', 'Start of the process', [['', startedSeconds]]),
      ];
      delay.reset();
      return `${lines.join('\n')}\n`;
    },
  };
}

type Sample = readonly [labels: string, value: number];

function family(type: string, name: string, help: string, samples: readonly Sample[]): string[] {
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} ${help}.`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`),
  ];
}

const gauge = (name: string, help: string, samples: readonly Sample[]): string[] =>
  family('gauge', name, help, samples);
const counter = (name: string, help: string, samples: readonly Sample[]): string[] =>
  family('counter', name, help, samples);

function histogramLines(name: string, help: string, histograms: ReadonlyMap<string, Histogram>): string[] {
  if (histograms.size === 0) return [];
  const lines = [`# HELP ${name} ${help}.`, `# TYPE ${name} histogram`];
  for (const [route, { counts, sum, count }] of histograms) {
    let total = 0;
    secondsBuckets.forEach((limit, index) => {
      total += counts[index] ?? 0;
      lines.push(`${name}_bucket{route="${route}",le="${limit}"} ${total}`);
    });
    lines.push(
      `${name}_bucket{route="${route}",le="+Inf"} ${count}`,
      `${name}_sum{route="${route}"} ${sum}`,
      `${name}_count{route="${route}"} ${count}`,
    );
  }
  return lines;
}
