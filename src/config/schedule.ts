/** Reads when an agent's slots are: `heartbeat_interval`, `schedule`, `timezone`, `active_hours`. */
import { CronExpressionParser } from 'cron-parser'
import { reasonOf } from '../base/errors.ts'
import { isTimezone } from '../base/time.ts'
import type { ActiveHours, Schedule } from './config.ts'
import type { Table } from './schema.ts'
import { numberOf } from './values.ts'

/** The agent's slots, from `heartbeat_interval` or `schedule` with `timezone`. */
export function readSchedule(table: Table<'agents'>): Schedule {
  const { name = '', schedule, heartbeat_interval: interval, timezone } = table.values
  if (schedule === undefined) {
    return { kind: 'interval', intervalMs: numberOf(table, 'heartbeat_interval') * 1_000 }
  }
  if (interval !== undefined) {
    const reason = 'stands beside schedule, and an agent has only one of the two.'
    table.report.problem([...table.at, 'heartbeat_interval'], reason, 'Remove one of them.')
  }
  const expression = schedule.trim()
  const mistake = cronMistake(expression)
  if (mistake === undefined) return { kind: 'cron', expression: withoutHashes(expression, name), timezone }
  table.report.problem([...table.at, 'schedule'], mistake, fieldsFix)
  return { kind: 'cron', expression, timezone }
}

const hoursPattern = /^([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]|24(?=:00)):([0-5]\d)$/

/** The hours of `active_hours`; undefined is the whole day. An end of 24:00 is minute 1440. */
export function readActiveHours({ at, values, report }: Table<'agents'>): ActiveHours | undefined {
  const { active_hours: written, timezone } = values
  if (written === undefined) return undefined
  const match = hoursPattern.exec(written.trim())
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = (match ?? []).slice(1).map(Number)
  const hours = { fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute }
  const path = [...at, 'active_hours']
  if (match === null) {
    const fix = 'Write it like "09:00-18:00"; "22:00-06:00" goes over midnight.'
    report.problem(path, `cannot be read: "${written}".`, fix)
  } else if (hours.fromMinute === hours.toMinute) {
    report.problem(path, `begins and ends at the same time: "${written}".`, 'Leave it out for the whole day.')
  }
  return { ...hours, timezone }
}

/** Reports a zone that this machine does not know, and warns of one that nothing uses. */
export function checkTimezone({ at, values, report }: Table<'agents'>): void {
  const { timezone, schedule, active_hours: hours } = values
  if (timezone === undefined) return
  if (!isTimezone(timezone)) {
    const fix = 'Write a name such as "Europe/Berlin" or "UTC".'
    report.problem([...at, 'timezone'], `this machine knows no time zone "${timezone}".`, fix)
  } else if (schedule === undefined && hours === undefined) {
    report.warning([...at, 'timezone'], 'has no effect without schedule or active_hours.')
  }
}

const fieldsFix = 'Write minute, hour, day, month and weekday: "0 9 * * 1-5".'
const plainSecond = /^[0-5]?\d$/

/** Why a cron line cannot be a schedule, or undefined when it can. */
function cronMistake(expression: string): string | undefined {
  // The library fills missing fields in, so an empty line would mean every minute.
  if (expression === '') return 'is empty.'
  if (expression === '@secondly') return 'is finer than a minute.'
  const fields = expression.split(/\s+/)
  const [second = ''] = fields
  if (fields.length === 6 && !plainSecond.test(second)) {
    // One second of the minute keeps slots a minute apart, the least that an interval may be.
    return `may begin with one second of the minute, 0 to 59: "${expression}".`
  }
  if (!expression.startsWith('@') && fields.length !== 5 && fields.length !== 6)
    return `must have five fields, not ${fields.length}: "${expression}".`
  try {
    CronExpressionParser.parse(expression, { currentDate: 0, hashSeed: 'any' }).next()
    return undefined
  } catch (error) {
    return `cannot be read: "${expression}": ${reasonOf(error)}.`
  }
}

/** Puts this agent's own value in the place of each `H`. Left in, the library would draw lots at every reading. */
function withoutHashes(expression: string, agent: string): string {
  if (!/(?:^|[\s,])H/.test(expression)) return expression
  const seconds = expression.split(/\s+/).length === 6
  return CronExpressionParser.parse(expression, { currentDate: 0, hashSeed: agent.trim() }).stringify(seconds)
}
