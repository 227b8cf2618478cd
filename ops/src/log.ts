// The log of the running server: one line each, text for people or JSON for machines. Nothing secret is ever passed to it.

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';
/** What is said beside the message; nothing secret. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warning: 2, error: 3 };

/**
 * Makes a log.
 * @param write takes one whole line with its newline
 */
export function createLog(options: {
  readonly level: LogLevel;
  readonly json: boolean;
  readonly write: (line: string) => void;
}): Log {
  const emit = (level: LogLevel, message: string, fields: LogFields = {}): void => {
    if (severity[level] < severity[options.level]) return;
    const time = new Date().toISOString();
    options.write(
      options.json
        ? `${JSON.stringify({ time, level, message, ...fields }, plain)}\n`
        : textLine(time, level, message, fields),
    );
  };
  return {
    debug: (message, fields) => emit('debug', message, fields),
    info: (message, fields) => emit('info', message, fields),
    warn: (message, fields) => emit('warning', message, fields),
    error: (message, fields) => emit('error', message, fields),
  };
}

function textLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${JSON.stringify(value, plain)}`);
  return `${time.slice(11, 23)} ${level === 'info' ? '' : `${level}: `}${singleLine(message)}${pairs.join('')}\n`;
}

/** Errors are objects without members of their own as far as JSON knows; the log shows their stack. */
function plain(_name: string, value: unknown): unknown {
  if (value instanceof Error) return value.stack ?? value.message;
  return typeof value === 'bigint' ? String(value) : value;
}

/** Control characters cannot forge a second line. */
function singleLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are exactly the characters meant
  return text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ');
}
