/**
 * The whole topology: which function stands where, what wakes it, and what it may touch. Everything here can be torn
 * down and made again; what must survive is in the stateful stack.
 */
import { CfnParameter, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { District } from '#schemas/district.ts';
import type { Bundle } from '../bundle.ts';
import { AlarmTopics } from '../constructs/alarm-topics.ts';
import { Alarms } from '../constructs/alarms.ts';
import { INCOMING, KEPT } from '../constructs/attachment-bucket.ts';
import { Canary } from '../constructs/canary.ts';
import { OperationsDashboard } from '../constructs/dashboard.ts';
import { DistrictState, type SecretReference } from '../constructs/district-state.ts';
import { followEvents } from '../constructs/event-stream.ts';
import { PublicApi } from '../constructs/public-api.ts';
import { runEvery } from '../constructs/schedule.ts';
import { ServiceFunction, type TableAction } from '../constructs/service-function.ts';
import { SlaTimer } from '../constructs/sla-timer.ts';
import { WebAcl } from '../constructs/web-acl.ts';
import { DeadLetters, WorkedQueue } from '../constructs/worked-queue.ts';
import { partitionOf } from '../partition.ts';
import type { DeploymentSettings } from '../settings.ts';

export interface StatelessStackProps extends StackProps {
  readonly district: District;
  readonly bundles: readonly Bundle[];
  readonly env: { readonly region: string };
  readonly settings: DeploymentSettings;
}

/** Somebody waits for the answer: a full share of CPU, and well under API Gateway's 29 s. */
const DOOR = { timeout: Duration.seconds(15), memory: 1024 };
/** Works from a queue or a stream; nobody waits. */
const WORKER = { timeout: Duration.seconds(30), memory: 512 };
/** Calls another platform over HTTP for each of up to ten messages. */
const CALLER = { timeout: Duration.seconds(60), memory: 512 };

/**
 * How often a message is received before it is dead, by how long that takes (a failed message is visible again after six
 * timeouts). Dispatch, Feedback and Timers: a day. Another platform or service may be down for hours, nothing sends a
 * pointer again that was given up, and all three are idempotent. Intake: an hour, because the sweeper sends the receipt
 * again anyway; the longer a copy lives, the more of them there are.
 */
const RECEIVES = { hourOfWorker: 20, dayOfWorker: 480, dayOfCaller: 240 };

/** Loads a ticket, by its events when the snapshot is of before a field came to be; lists what left a unit on a day. */
const LOAD: readonly TableAction[] = ['GetItem', 'Query'];
/** A change of a ticket: load it, then put snapshot, events, texts and dedupe row in one transaction. */
const CHANGE: readonly TableAction[] = [...LOAD, 'PutItem'];
/** Reads the event, and keeps its own rows beside the ticket: attempts, cursors, what it remembers of endpoints. */
const DELIVER: readonly TableAction[] = ['GetItem', 'PutItem', 'Query', 'UpdateItem'];

export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, { district, bundles, settings, ...props }: StatelessStackProps) {
    super(scope, id, {
      ...props,
      description: `Jieban ${district.name} (${district.id}): functions, queues, API, timers`,
    });
    const partition = partitionOf(props.env.region);
    const state = new DistrictState(this, 'State', district);
    const { tickets, receipts, callers, attachments } = state;

    const unwired = new Map(bundles.map((bundle) => [bundle.name, bundle]));
    const functions: ServiceFunction[] = [];
    const fn = (name: string, size: { timeout: Duration; memory: number }, description: string) => {
      const bundle = unwired.get(name);
      if (bundle === undefined) throw new Error(`functions/${name}/handler.ts is missing, but the stack needs it`);
      unwired.delete(name);
      const text = settings.revision === undefined ? description : `${description} (${settings.revision})`;
      const made = new ServiceFunction(this, name, { bundle, partition, description: text, ...size });
      functions.push(made);
      return made;
    };
    const queue = (queueId: string, variable: string, workerTimeout: Duration, maxReceives: number) =>
      new WorkedQueue(this, queueId, { key: state.dataKey, variable, workerTimeout, maxReceives });

    // Queues: one per consumer, so that a slow one holds up only itself.
    const intake = queue('Intake', 'INTAKE_QUEUE_URL', WORKER.timeout, RECEIVES.hourOfWorker);
    const dispatch = queue('Dispatch', 'DISPATCH_QUEUE_URL', CALLER.timeout, RECEIVES.dayOfCaller);
    const feedbacks = queue('Feedback', 'FEEDBACK_QUEUE_URL', CALLER.timeout, RECEIVES.dayOfCaller);
    const timerChanges = queue('Timers', 'TIMERS_QUEUE_URL', WORKER.timeout, RECEIVES.dayOfWorker);
    const fanoutDeadLetters = new DeadLetters(this, 'FanoutDlq', state.dataKey);

    // Channels in (多向接办件): authenticate, write the receipt and the caller, hand on.
    const channel = (name: string, description: string, secret: SecretReference, indexes: readonly string[] = []) =>
      fn(name, DOOR, description)
        .table(receipts, ['GetItem', 'PutItem'], indexes)
        .table(callers, ['PutItem'])
        .sends(intake)
        .secret(secret, state.querySecret);
    const phone = channel('phone', '12345 phone requests, vendor pushes', state.phoneSecret);
    const website = channel('website', 'Message board requests', state.websiteSecret);
    // The index counts what one user sent within the hour.
    const wechat = channel('wechat', 'Mini-program logins and requests, message push', state.wechatSecret, ['byCaller'])
      .bucket(attachments, INCOMING, ['GetObject', 'ListBucket', 'PutObject'])
      .bucket(attachments, KEPT, ['PutObject']);

    // From receipt to owned ticket, and from each event to those whom it concerns.
    const router = fn('router', WORKER, 'Gives each request one owner')
      .table(tickets, CHANGE)
      .table(receipts, ['GetItem', 'UpdateItem']);
    intake.workedBy(router, 10);
    const fanout = fn('fanout', WORKER, 'Copies each ticket event to its consumers').sends(
      dispatch,
      feedbacks,
      timerChanges,
    );
    followEvents(tickets, fanout, fanoutDeadLetters);

    // Consumers. Of these only two may read who called: one tells the department, one answers the citizen.
    const dispatcher = fn('dispatcher', CALLER, 'Calls departments back, signed and in order')
      .table(tickets, DELIVER, ['byDue'])
      .table(callers, ['GetItem'])
      .bucket(attachments, KEPT, ['GetObject'])
      // A unit without an address is told by short message, with a link.
      .secret(state.departmentsSecret, state.phoneSecret, state.linkSecret)
      .sends(dispatch);
    // Twice as many as elsewhere: each waits for a department's answer, and one department may hold up four of them.
    dispatch.workedBy(dispatcher, 20);
    const feedback = fn('feedback', CALLER, 'Brings status and answer back through the channel (多向反馈)')
      .table(tickets, CHANGE)
      .table(callers, ['GetItem'])
      .secret(state.phoneSecret, state.websiteSecret, state.wechatSecret, state.departmentsSecret);
    feedbacks.workedBy(feedback, 5);

    // Clocks (时限): `timers` sets the alarm, `tick` is what it wakes.
    const tick = fn('tick', WORKER, 'Fires what is due on one ticket').table(tickets, CHANGE);
    const slaTimer = new SlaTimer(this, 'SlaTimer', { tick, partition });
    const timers = fn('timers', WORKER, 'Sets and ends the alarms of tickets')
      .table(tickets, LOAD)
      .machine(slaTimer, 'StopExecution');
    timerChanges.workedBy(timers, 10);

    // Departments, the hotline's desk, citizens.
    const departments = fn('departments', DOOR, "Departments' commands, work lists and reconciliations")
      .table(tickets, CHANGE, ['byOwner'])
      .secret(state.departmentsSecret);
    // For units without an API. Its page shows the clerk whom to call, unless the request is confidential.
    const clerk = fn('clerk', DOOR, "Clerks' page and commands, by link")
      .table(tickets, CHANGE)
      .table(callers, ['GetItem'])
      .bucket(attachments, KEPT, ['GetObject'])
      .secret(state.linkSecret);
    const operatorLogin = this.#operatorLogin();
    const hotline = fn('hotline', DOOR, "Operators' commands, lists and histories")
      .table(tickets, [...CHANGE, 'UpdateItem'], ['byAttention', 'byDue', 'byOwner', 'byStatus'])
      // A part that is split off gets a receipt.
      .table(receipts, ['GetItem', 'PutItem'], ['byCaller'])
      .bucket(attachments, KEPT, ['GetObject'])
      .secret(state.querySecret, state.linkSecret)
      .sends(dispatch)
      .settings(operatorLogin);
    if (state.opinionSecret !== undefined) {
      // Counts the questions of an hour.
      hotline.table(tickets, ['UpdateItem']).secret(state.opinionSecret);
    }
    // Apart from the desk's own function: it alone shows identity to a person, and erases on demand.
    const rights = fn('rights', DOOR, 'Export, correction and erasure for persons who ask (个人信息权利)')
      .table(tickets, ['DeleteItem', 'GetItem', 'PutItem', 'Query'])
      .table(receipts, ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'], ['byCaller'])
      .table(callers, ['DeleteItem', 'GetItem', 'UpdateItem'])
      .bucket(attachments, KEPT, ['DeleteObject', 'GetObject'])
      .secret(state.querySecret, state.wechatSecret)
      .settings(operatorLogin);
    const citizen = fn('citizen', DOOR, 'Status, urge, append, withdraw and rating for the citizen who asked')
      .table(tickets, CHANGE)
      .table(receipts, ['GetItem'], ['byCaller'])
      .secret(state.querySecret, state.wechatSecret);
    const portal = fn('portal', DOOR, 'Start page, API description, privacy notices').table(receipts, [], ['byDay']);

    // Round the clock: what nobody brings, what is due later than a queue can hold, and what slipped.
    const poller = fn('poller', CALLER, 'Fetches the messages of a board that cannot push')
      .table(receipts, ['GetItem', 'PutItem'])
      .table(callers, ['PutItem'])
      .sends(intake)
      .secret(state.websiteSecret, state.querySecret);
    runEvery(Duration.minutes(5), poller);
    const pump = fn('pump', WORKER, 'Sends deliveries whose next try is due, tells of late dispatches')
      .table(tickets, [...CHANGE, 'UpdateItem'], ['byDue'])
      .sends(dispatch);
    runEvery(Duration.minutes(1), pump);
    const sweeper = fn('sweeper', CALLER, 'Repairs receipts never routed and marks that no alarm fired')
      .table(receipts, ['GetItem'], ['pending'])
      // Deadlines that wait for a notice of days off are on the desk's list.
      .table(tickets, CHANGE, ['byAttention', 'byDue'])
      .sends(intake)
      .machine(slaTimer, 'DescribeExecution');
    runEvery(Duration.minutes(5), sweeper);

    const purge = fn('purge', CALLER, 'Erases what is kept long enough (到期清除)')
      .table(tickets, ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'], ['byDue'])
      .table(receipts, ['DeleteItem', 'GetItem', 'PutItem'])
      .table(callers, ['DeleteItem'])
      .bucket(attachments, KEPT, ['DeleteObject']);
    runEvery(Duration.hours(1), purge);

    const prefix = `jieban-${district.id}`;
    const api = new PublicApi(this, 'Api', {
      name: prefix,
      domain: settings.domain,
      routes: [
        ['POST', '/channels/phone/requests', phone],
        ['POST', '/channels/phone/vendors/{vendor}', phone],
        ['POST', '/channels/website/requests', website],
        ['POST', '/channels/wechat/sessions', wechat],
        ['POST', '/channels/wechat/sessions/phone', wechat],
        ['POST', '/channels/wechat/requests', wechat],
        ['POST', '/channels/wechat/attachments', wechat],
        ['GET', '/channels/wechat/tickets', citizen],
        ['GET', '/channels/wechat/messages', wechat],
        ['POST', '/channels/wechat/messages', wechat],
        ['POST', '/departments/{departmentId}/tickets/{ticketNo}/commands', departments],
        ['GET', '/departments/{departmentId}/tickets', departments],
        ['GET', '/departments/{departmentId}/reconciliation', departments],
        ['POST', '/hotline/tickets/{ticketNo}/commands', hotline],
        ['GET', '/clerk', clerk],
        ['GET', '/clerk/{file}', clerk],
        ['GET', '/clerk/ticket', clerk],
        ['POST', '/clerk/commands', clerk],
        ['POST', '/hotline/tickets/{ticketNo}/opinion', hotline],
        ['POST', '/hotline/tickets/{ticketNo}/unmask', hotline],
        ['GET', '/hotline/tickets/{ticketNo}/links', hotline],
        ['POST', '/hotline/tickets/{ticketNo}/links', hotline],
        ['POST', '/hotline/tickets/{ticketNo}/links/revoke', hotline],
        ['POST', '/hotline/callers/search', hotline],
        ['GET', '/hotline/tickets', hotline],
        ['GET', '/hotline/tickets/{ticketNo}', hotline],
        ['GET', '/hotline/catalogue', hotline],
        ['POST', '/hotline/catalogue/versions', hotline],
        ['POST', '/hotline/catalogue/rollback', hotline],
        ['GET', '/hotline/corrections', hotline],
        ['GET', '/hotline/deliveries', hotline],
        ['GET', '/hotline/deliveries/{ticketNo}/{unit}', hotline],
        ['POST', '/hotline/deliveries/replay', hotline],
        ['POST', '/hotline/deliveries/skip', hotline],
        ['GET', '/hotline/endpoints', hotline],
        ['POST', '/hotline/endpoints/{unit}/enable', hotline],
        ['GET', '/hotline/departments/{departmentId}/reconciliation', hotline],
        ['POST', '/hotline/rights/export', rights],
        ['POST', '/hotline/rights/correct', rights],
        ['POST', '/hotline/rights/erase', rights],
        ['GET', '/tickets/{ticketNo}', citizen],
        ['POST', '/tickets/{ticketNo}/rating', citizen],
        ['POST', '/tickets/{ticketNo}/urge', citizen],
        ['POST', '/tickets/{ticketNo}/append', citizen],
        ['POST', '/tickets/{ticketNo}/withdraw', citizen],
        ['GET', '/openapi.json', portal],
        ['GET', '/docs', portal],
        ['GET', '/docs/{file}', portal],
        ['GET', '/privacy/{channel}', portal],
        ['GET', '/', portal],
      ],
    });

    const webAcl = new WebAcl(this, 'WebAcl', { name: prefix, stage: api.stage });
    const alarms = new Alarms(this, 'Alarms', {
      prefix,
      queues: [intake, dispatch, feedbacks, timerChanges],
      deadLetters: [fanoutDeadLetters],
      functions,
      machines: [slaTimer],
      stage: api.stage,
      webAcl,
      topics: new AlarmTopics(this, 'AlarmTopics', { prefix, settings }),
    });
    new OperationsDashboard(this, 'Dashboard', {
      name: prefix,
      title: `接办 ${district.name}`,
      functions: new Map(functions.map((made) => [made.node.id, made])),
      queues: { intake, dispatch, feedback: feedbacks, timers: timerChanges },
      deadLetters: [fanoutDeadLetters],
      machine: slaTimer,
      stage: api.stage,
      webAcl,
      alarms: alarms.all,
    });

    new Canary(this, 'Canary', { prefix, functions });

    if (unwired.size > 0) {
      throw new Error(`nothing in the stack calls functions/${[...unwired.keys()].join(', functions/')}`);
    }
  }

  /** The district's own login for operators: no default, because a wrong issuer would let the wrong people in. */
  #operatorLogin(): Record<string, string> {
    const parameter = (id: string, description: string) =>
      new CfnParameter(this, id, { type: 'String', minLength: 1, description }).valueAsString;
    return {
      OIDC_ISSUER: parameter('OidcIssuer', "Issuer of operators' tokens, as in their iss claim"),
      OIDC_AUDIENCE: parameter('OidcAudience', "Audience of operators' tokens"),
      OIDC_JWKS_URL: parameter('OidcJwksUrl', "Where the issuer's public keys are"),
    };
  }
}
