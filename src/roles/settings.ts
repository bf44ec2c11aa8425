/**
 * Reads roles.toml: for each agent CLI or editor, where its role files go and what tiers and capabilities mean there.
 * The operator's file is laid over the core's key by key.
 */
import { posix } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { reasonOf } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import type { KeyPath, Report } from '../config/report.ts'
import type { Layout, TargetName, TargetSettings } from './cast/target.ts'

/** One roles.toml, with only what is written in it. */
export interface SettingsFile {
  /** `[project] roles_dir`: where a tree that is added keeps its roles. */
  readonly rolesDir: string | undefined
  readonly targets: ReadonlyMap<TargetName, WrittenTarget>
}

/** One `[targets.NAME]` as far as it is written. */
export type WrittenTarget = {
  readonly [K in keyof Omit<TargetSettings, 'target'>]: TargetSettings[K] | undefined
}

/** Every target there is. */
const targetNames: readonly TargetName[] = ['opencode', 'claude', 'codex', 'cursor', 'windsurf']

const layouts: readonly Layout[] = ['preserve', 'namespace', 'flatten']

const nothing: SettingsFile = { rolesDir: undefined, targets: new Map() }

/** Reads the text of a roles.toml. Never throws; what is wrong goes to the report, and is as if it were not written. */
export function readSettings(text: string, report: Report): SettingsFile {
  const file = parseToml(text, report)
  if (file === undefined) return nothing
  const top: Table = { values: file, at: [], report }
  hintAtUnknown(top, ['project', 'targets'])
  const project = tableOf(top, 'project')
  hintAtUnknown(project, ['roles_dir', 'agents_dir'])
  const targets = tableOf(top, 'targets')
  hintAtUnknown(targets, targetNames)
  const written = targetNames.filter((name) => Object.hasOwn(targets.values, name))
  return {
    rolesDir: folderOf(project, 'roles_dir') ?? folderOf(project, 'agents_dir'),
    targets: new Map(written.map((name) => [name, readTarget(tableOf(targets, name))])),
  }
}

/** The settings of every target: the later file over the earlier one. A target that no file writes is off. */
export function settingsOf(files: readonly SettingsFile[]): ReadonlyMap<TargetName, TargetSettings> {
  return new Map(targetNames.map((target) => [target, settingsFor(target, files)]))
}

function settingsFor(target: TargetName, files: readonly SettingsFile[]): TargetSettings {
  const written = files.flatMap((file) => file.targets.get(target) ?? [])
  const last = <K extends keyof WrittenTarget>(key: K) =>
    written.map((one) => one[key]).findLast((value) => value !== undefined)
  return {
    target,
    enabled: last('enabled') ?? written.length > 0,
    outputDir: last('outputDir') ?? '.',
    layout: last('layout') ?? 'preserve',
    modelMap: entriesOf(written.flatMap(({ modelMap }) => Object.entries(modelMap ?? {}))),
    capabilityMap: entriesOf(written.flatMap(({ capabilityMap }) => Object.entries(capabilityMap ?? {}))),
  }
}

interface Table {
  readonly values: Readonly<Record<string, unknown>>
  readonly at: KeyPath
  readonly report: Report
}

function parseToml(text: string, report: Report): Readonly<Record<string, unknown>> | undefined {
  try {
    return parse(text, { unsafeKeyBehaviour: 'throw' })
  } catch (error) {
    const [first = ''] = reasonOf(error).replace('Invalid TOML document: ', '').split('\n')
    const line = error instanceof TomlError ? { line: error.line } : {}
    report.problems.push({ path: [], reason: `${first}.`, fix: 'Write it as TOML.', ...line })
    return undefined
  }
}

const targetKeys = ['enabled', 'output_dir', 'output_layout', 'model_map', 'capability_map']

function readTarget(table: Table): WrittenTarget {
  hintAtUnknown(table, targetKeys)
  const layout = textOf(table, 'output_layout')
  const known = layouts.find((one) => one === layout)
  if (layout !== undefined && known === undefined)
    refuse(table, 'output_layout', `must be ${layouts.join(', ')}.`, `Write one of the three.`)
  return {
    enabled: flagOf(table, 'enabled'),
    outputDir: folderOf(table, 'output_dir'),
    layout: known,
    modelMap: readModels(tableOf(table, 'model_map')),
    capabilityMap: readCapabilities(tableOf(table, 'capability_map')),
  }
}

function readModels(table: Table): Readonly<Record<string, string>> {
  return entriesOf(
    Object.keys(table.values).flatMap((tier) => {
      const model = textOf(table, tier)
      return model === undefined ? [] : [[tier, model] as const]
    }),
  )
}

function readCapabilities(table: Table): TargetSettings['capabilityMap'] {
  return entriesOf(
    Object.keys(table.values).map((word) => {
      const tools = tableOf(table, word)
      const flags = Object.keys(tools.values).flatMap((id) => {
        const flag = flagOf(tools, id)
        return flag === undefined ? [] : [[id, flag] as const]
      })
      return [word, entriesOf(flags)] as const
    }),
  )
}

function entriesOf<V>(entries: readonly (readonly [string, V])[]): Readonly<Record<string, V>> {
  return Object.fromEntries(entries)
}

function tableOf(table: Table, key: string): Table {
  const at = [...table.at, key]
  const value = own(table, key)
  if (isTable(value)) return { ...table, values: value, at }
  if (value !== undefined) refuse(table, key, 'must be a table.', `Head it with [${at.join('.')}].`)
  return { ...table, values: {}, at }
}

/** A date is an object too, with a prototype of its own. */
function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  const plain: readonly unknown[] = [Object.prototype, null]
  return typeof value === 'object' && value !== null && plain.includes(Object.getPrototypeOf(value))
}

function textOf(table: Table, key: string): string | undefined {
  const value = own(table, key)
  if (value === undefined) return undefined
  if (typeof value === 'string' && value.trim() !== '') return value.trim()
  return refuse(table, key, 'must be text in quotes.', `Write it like ${key} = "text".`)
}

function flagOf(table: Table, key: string): boolean | undefined {
  const value = own(table, key)
  if (value === undefined || typeof value === 'boolean') return value
  return refuse(table, key, 'must be true or false.', `Write it like ${key} = true.`)
}

/** A folder below the one that it is relative to. */
function folderOf(table: Table, key: string): string | undefined {
  const written = textOf(table, key)
  if (written === undefined) return undefined
  const folder = posix.normalize(written)
  const isOutside = posix.isAbsolute(folder) || folder.split('/').includes('..') || folder.includes('\0')
  if (!isOutside) return folder
  return refuse(table, key, 'must be a folder below this one.', 'Write a relative path without "..".')
}

function own({ values }: Table, key: string): unknown {
  return Object.hasOwn(values, key) ? values[key] : undefined
}

function refuse(table: Table, key: string, reason: string, fix: string): undefined {
  table.report.problem([...table.at, key], reason, fix)
  return undefined
}

/** Other programs read such files too and may have keys of their own. */
function hintAtUnknown({ values, at, report }: Table, known: readonly string[]): void {
  for (const key of Object.keys(values)) {
    if (known.includes(key)) continue
    const fix = `${didYouMean(key, known)}There are ${known.join(', ')}.`
    report.warning([...at, key], 'is not read.', fix)
  }
}
