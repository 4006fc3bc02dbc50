import { GatewayError } from '../../core/errors.ts';
import type { CompileHost } from '../kind.ts';
import type { Lane } from '../limits/queue.ts';
import type { Note, Release, RequestContext } from '../../core/stage.ts';
import type { ConsumptionDocument } from './consumption.ts';

/** How often and how many at once: what an exchange takes before Ollama is asked, and gives back when it ends. */
export async function admit(
  documents: readonly ConsumptionDocument[],
  context: RequestContext,
  host: CompileHost,
): Promise<Release | undefined> {
  const releases: Release[] = [];
  const releaseAll: Release = (usage) => {
    for (const release of releases.splice(0)) release(usage);
  };
  try {
    for (const document of documents) {
      await takeRates(document, context, host, releases);
      await takeTurn(document, context, host, releases);
    }
  } catch (error) {
    releaseAll({});
    throw error;
  }
  return releases.length > 0 ? releaseAll : undefined;
}

/** Whose rate it is: a caller, or one of its users. */
interface Subject {
  readonly key: string;
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  readonly concurrent: number | undefined;
}

function subjectsOf(document: ConsumptionDocument, context: RequestContext): readonly Subject[] {
  const { perCaller, perUser } = document.spec;
  const { name, user } = context.principal;
  const subject = (key: string, rates: NonNullable<typeof perCaller>): Subject => ({
    key,
    requestsPerMinute: rates.requestsPerMinute,
    tokensPerMinute: rates.tokensPerMinute,
    concurrent: rates.concurrent,
  });
  return [
    ...(perCaller ? [subject(`${document.name}/caller/${name}`, perCaller)] : []),
    ...(perUser && user !== undefined ? [subject(`${document.name}/user/${name}/${user}`, perUser)] : []),
  ];
}

async function takeRates(
  document: ConsumptionDocument,
  context: RequestContext,
  host: CompileHost,
  releases: Release[],
): Promise<void> {
  const { counters } = host;
  for (const { key, requestsPerMinute, tokensPerMinute, concurrent } of subjectsOf(document, context)) {
    if (requestsPerMinute !== undefined) {
      const taken = await counters.take(`${key}/requests`, requestsPerMinute, 1);
      if (!taken.ok) refuse(document, context, host, 'requestsPerMinute', taken.retryAfterSeconds);
    }
    if (tokensPerMinute !== undefined) {
      const taken = await counters.take(`${key}/tokens`, tokensPerMinute, 0);
      if (!taken.ok) refuse(document, context, host, 'tokensPerMinute', taken.retryAfterSeconds);
      releases.push(({ inputTokens = 0, outputTokens = 0 }) => {
        counters.charge(`${key}/tokens`, tokensPerMinute, inputTokens + outputTokens);
      });
    }
    if (concurrent !== undefined) {
      const leave = await counters.enter(`${key}/concurrent`, concurrent);
      if (leave) releases.push(leave);
      else refuse(document, context, host, 'concurrent', 1);
    }
  }
}

/** Notes what is over; throws where that is enforced. */
function refuse(
  document: ConsumptionDocument,
  context: RequestContext,
  host: CompileHost,
  rule: string,
  retryAfterSeconds: number,
  code: 'rate_limited' | 'overloaded' = 'rate_limited',
): void {
  const note: Note = { situation: 'over_limit', rule, channel: 'request', findings: 1, label: rule, code };
  if (context.note(host.identity(document), note) !== 'refused') return;
  throw new GatewayError(code, { headers: { 'retry-after': String(retryAfterSeconds), 'x-gateway-rule': rule } });
}

async function takeTurn(
  document: ConsumptionDocument,
  context: RequestContext,
  host: CompileHost,
  releases: Release[],
): Promise<void> {
  const { upstream } = document.spec;
  if (!upstream || context.request.isLoad) return;
  const options = {
    concurrent: upstream.concurrent,
    queue: upstream.queue ?? QUEUE,
    queueSeconds: upstream.queueSeconds ?? QUEUE_SECONDS,
  };
  const key = `${document.name}/${context.model.name}`;
  if (host.identity(document).mode === 'monitor') {
    // Nobody waits in monitor; only what would have found no place is told.
    const leave = await host.counters.enter(`${key}/upstream`, options.concurrent + options.queue);
    if (leave) releases.push(leave);
    else refuse(document, context, host, 'queue', 1, 'overloaded');
    return;
  }
  const { name, user } = context.principal;
  const entry = await host.queues.of(key).enter(`${name}\n${user ?? ''}`, laneOf(context), options, context.signal);
  if (entry.ok) releases.push(entry.leave);
  else if (entry.reason === 'aborted') throw new GatewayError('overloaded');
  else
    refuse(
      document,
      context,
      host,
      entry.reason === 'full' ? 'queue' : 'queueSeconds',
      entry.retryAfterSeconds,
      'overloaded',
    );
}

const QUEUE = 32;
const QUEUE_SECONDS = 60;

/**
 * Jobs that chat front ends run beside a chat are not streamed and begin with a task of their own.
 *
 * @see https://github.com/open-webui/open-webui `### Task:` in its prompt templates
 */
function laneOf(context: RequestContext): Lane {
  if (context.request.stream) return 'chat';
  const isTask = context.request.texts.some(({ role, text }) => role === 'user' && text.startsWith('### Task:'));
  return isTask ? 'background' : 'chat';
}
