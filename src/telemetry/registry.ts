/**
 * The numbers of this process: counters, gauges and histograms with bounded series, read out as `Family` values that
 * the Prometheus text and OTLP are made of.
 *
 * Our own, because it stands on the path of every exchange: an increment is one map lookup, and nothing of an SDK has
 * to be loaded for `/metrics`. Export over OTLP is the SDK's (`otlp-metrics.ts`).
 */

/** Series of one metric. What comes after goes into one series whose labels all say `other`. */
export const SERIES_MAX = 2_000;

/** Characters of one label value; policy and model names are bounded elsewhere, this is the last fence. */
export const LABEL_CHARACTERS_MAX = 128;

export const OVERFLOW = 'other';

export interface Family {
  /** As Prometheus writes it, unit and `_total` included. */
  readonly name: string;
  /** As OpenTelemetry writes it, where a semantic convention names it. */
  readonly otelName?: string;
  readonly help: string;
  readonly unit: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, rising, without the last (infinite) one. */
  readonly bounds: readonly number[];
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** In the order of the family's labels. */
  readonly values: readonly string[];
  /** A counter's or gauge's number, a histogram's sum. */
  readonly value: number;
  /** Observations in each bucket, not cumulated, the infinite one last; empty for others. */
  readonly buckets: readonly number[];
}

export interface Naming {
  readonly help: string;
  readonly labels?: readonly string[];
  /** UCUM, for OTLP: `s`, `By`, `{token}`. */
  readonly unit?: string;
  readonly otelName?: string;
}

interface Series {
  readonly values: readonly string[];
  value: number;
  readonly buckets: number[];
}

/** Series by their labels' values, one level a label: on every exchange, so no key is put together for a look-up. */
interface Branch {
  readonly next: Map<string, Branch>;
  series?: Series;
}

/** One metric's series. `of` never fails and never grows beyond `SERIES_MAX` + 1. Linear in the number of labels. */
class Table {
  readonly #series: Series[] = [];
  readonly #labels: readonly string[];
  readonly #buckets: number;
  #root: Branch = { next: new Map() };
  #overflow: Series | undefined;

  constructor(labels: readonly string[], buckets: number) {
    this.#labels = labels;
    this.#buckets = buckets;
  }

  get series(): readonly Series[] {
    return this.#series;
  }

  of(values: readonly string[]): Series {
    let branch: Branch | undefined = this.#root;
    for (let index = 0; index < values.length && branch !== undefined; index += 1)
      branch = branch.next.get(values[index] ?? '');
    return branch?.series ?? this.#add(values);
  }

  clear(): void {
    this.#series.length = 0;
    this.#root = { next: new Map() };
    this.#overflow = undefined;
  }

  #add(values: readonly string[]): Series {
    if (this.#series.length >= SERIES_MAX) return (this.#overflow ??= this.#make(this.#labels.map(() => OVERFLOW)));
    let branch = this.#root;
    for (const value of values) {
      const next = branch.next.get(value) ?? { next: new Map() };
      branch.next.set(value, next);
      branch = next;
    }
    return (branch.series = this.#make(values.map((value) => value.slice(0, LABEL_CHARACTERS_MAX))));
  }

  #make(values: readonly string[]): Series {
    const series = { values, value: 0, buckets: Array.from({ length: this.#buckets }, () => 0) };
    this.#series.push(series);
    return series;
  }
}

/** A number that only grows. */
export class Counter {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Adds `amount`, which is not negative. Label values in the order of the metric's labels. */
  add(amount: number, ...values: string[]): void {
    this.#table.of(values).value += amount;
  }
}

/** A number that goes up and down. */
export class Gauge {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  set(value: number, ...values: string[]): void {
    this.#table.of(values).value = value;
  }

  add(amount: number, ...values: string[]): void {
    this.#table.of(values).value += amount;
  }

  /** Forgets every series, for a gauge whose labels name what is in force now. */
  clear(): void {
    this.#table.clear();
  }
}

/** How observations spread over fixed buckets. */
export class Histogram {
  readonly #table: Table;
  readonly #bounds: readonly number[];
  /** Is told every observation as it is made, for an export that keeps its own buckets. */
  observer: Observer | undefined;

  constructor(table: Table, bounds: readonly number[]) {
    this.#table = table;
    this.#bounds = bounds;
  }

  observe(value: number, ...values: string[]): void {
    const series = this.#table.of(values);
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? Number.POSITIVE_INFINITY)) index += 1;
    series.buckets[index] = (series.buckets[index] ?? 0) + 1;
    series.value += value;
    this.observer?.(value, values);
  }
}

export type Observer = (value: number, values: readonly string[]) => void;

interface Metric extends Omit<Family, 'samples'> {
  readonly table: Table;
}

/** A metric as an export sees it. */
export interface ExportedMetric extends Omit<Family, 'samples'> {
  samples(): Sample[];
  /** Only a histogram calls it. */
  onObserve(observer: Observer): void;
}

export class Registry {
  readonly #metrics: Metric[] = [];
  readonly #histograms = new Map<Table, Histogram>();
  readonly #beforeRead: (() => void | Promise<void>)[] = [];

  /** A counter without labels stands at 0 from the beginning, so that `rate` and alerts have a series. */
  counter(name: string, naming: Naming): Counter {
    return new Counter(this.#add(name, 'counter', naming, []));
  }

  gauge(name: string, naming: Naming): Gauge {
    return new Gauge(this.#add(name, 'gauge', naming, []));
  }

  histogram(name: string, bounds: readonly number[], naming: Naming): Histogram {
    const table = this.#add(name, 'histogram', naming, bounds);
    const histogram = new Histogram(table, bounds);
    this.#histograms.set(table, histogram);
    return histogram;
  }

  /** Runs before each reading, for numbers that are looked up rather than kept; a look that fails changes nothing. */
  beforeRead(look: () => void | Promise<void>): void {
    this.#beforeRead.push(look);
  }

  /** Everything as it stands now. Linear in the number of series. */
  async read(): Promise<Family[]> {
    await Promise.allSettled(this.#beforeRead.map(async (look) => look()));
    return this.#metrics.map(({ table, ...family }) => ({ ...family, samples: samplesOf(table) }));
  }

  /** The metrics themselves, for an export that asks at times of its own. */
  metrics(): ExportedMetric[] {
    return this.#metrics.map(({ table, ...metric }) => ({
      ...metric,
      samples: () => samplesOf(table),
      onObserve: (observer) => {
        const histogram = this.#histograms.get(table);
        if (histogram !== undefined) histogram.observer = observer;
      },
    }));
  }

  #add(name: string, type: Family['type'], naming: Naming, bounds: readonly number[]): Table {
    const { help, labels = [], unit = '', otelName } = naming;
    const table = new Table(labels, type === 'histogram' ? bounds.length + 1 : 0);
    if (labels.length === 0) table.of([]);
    this.#metrics.push({
      name,
      help,
      unit,
      type,
      labels,
      bounds,
      table,
      ...(otelName === undefined ? {} : { otelName }),
    });
    return table;
  }
}

function samplesOf(table: Table): Sample[] {
  return table.series.map(({ values, value, buckets }) => ({ values, value, buckets: [...buckets] }));
}
