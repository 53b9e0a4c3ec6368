// Every limit of the server's loops, with its reason.

/** A worker looks at the queue: requests from this machine ring, so this is for those from elsewhere. */
export const QUEUE_POLL_MS = 1_000;
/** Schedules are looked at: ends of runs that others follow, and what is due (its own time wakes the scheduler earlier). */
export const SCHEDULE_POLL_MS = 500;
/** A timer may come a millisecond early: no round right after another. */
export const SCHEDULE_LEAST_MS = 5;
/** Branches are asked for new commits; a fetch costs a connection. */
export const BRANCH_POLL_MS = 30_000;
export const NOTICE_POLL_MS = 5_000;
export const UPKEEP_POLL_MS = 60_000;
/** slipway.yml is looked at; one `stat`. */
export const CONFIG_POLL_MS = 2_000;
/** Clocks are set seldom, and drift slowly. */
export const CLOCK_POLL_MS = 60_000;
export const HEARTBEAT_MS = 5_000;
/** Another server of the same name gives a sign of life within this, be the machine busy. */
export const TWIN_WAIT_MS = 3 * HEARTBEAT_MS;
export const TWIN_POLL_MS = 500;
/** Six missed signs of life on a busy machine still fit; a dead server's runs are taken up within a minute. */
export const SERVER_DEAD_MS = 30_000;
/** A process that is so much younger than a claim did not make it: clocks are set, and a process counts its age in hundredths of a second. */
export const CLAIM_BEFORE_BIRTH_MS = 60_000;
/** Runs whose process is no more are looked for. */
export const RESCUE_POLL_MS = 5_000;
/** Whoever has not looked for this long may have been cut off, and the others with it. */
export const OUT_OF_TOUCH_MS = 3 * RESCUE_POLL_MS;
/** A duty that fails is tried again after a second, then twice as late each time, up to this: a database that is back is noticed soon. */
export const BACK_OFF_FIRST_MS = 1_000;
export const BACK_OFF_MAX_MS = 15_000;
/** The schedule counts as late when it has not been looked at for this long: /health says so. */
export const SCHEDULE_LATE_MS = 60_000;
/** /health asks the state at most this long: a load balancer waits no longer. */
export const HEALTH_WAIT_MS = 2_000;
/** A run is taken up again by itself once: what kills its server twice is the run. */
export const TAKEN_UP_MAX = 1;
/** Interrupted runs of the last hour are run again; older ones were not wanted by anybody since. */
export const RETRY_WITHIN_MS = 3_600_000;
/** `job run` and `run cancel` look how a run is doing elsewhere. */
export const FOLLOW_POLL_MS = 500;
/** A server that does not answer at once looks by itself within a second. */
export const WAKE_WAIT_MS = 500;
/** A time that lies longer ago when a scheduler sees it has been missed: a restart, or a slow minute, is not an outage. */
export const MISSED_AFTER_MS = 60_000;
/** Missed times of one job that are recorded one by one: a week of a job of every minute. */
export const OCCURRENCES_MAX = 10_080;
/** Times decided in one transaction: others at the queue wait for it, 0.3 s. */
export const TICK_TIMES_MAX = 1_000;
/** Up to when all schedules have been looked at is written down this often: a schedule that changes while nobody serves reaches back so far. */
export const CONSIDERED_MARK_MS = 60_000;
/** A clock that is set back further was wrong: within this, times that were decided early are just waited out. */
export const CLOCK_SET_BACK_MS = 900_000;
/** Calendar files are looked at: they change once a year. */
export const CALENDAR_POLL_MS = 30_000;
/** The end of a run may become visible so much later than its time says: transactions take time, clocks of servers differ. */
export const RUN_END_LATE_MS = 60_000;
/** The project's own repository is looked at this often: 5 ms of git. */
export const LOCAL_BRANCH_POLL_MS = 5_000;
/** A Git server that does not answer is asked twice as late each time, up to this. */
export const BRANCH_BACK_OFF_MAX_MS = 600_000;
/** A warehouse that is building is waited for; upkeep comes again tomorrow. */
export const UPKEEP_WAIT_MS = 900_000;
export const UPKEEP_WAIT_POLL_MS = 5_000;
/** Upkeep that was begun so often and never ended is given up. */
export const UPKEEP_ATTEMPTS_MAX = 3;
/** Times looked at after a server was away: three years of days. */
export const UPKEEP_OCCURRENCES_MAX = 1_100;
/** Evidence in SQL: a month is compared with the same one last year, and the year before. */
export const EVIDENCE_KEEP_MS = 800 * 86_400_000;
/** Past times of a job that `job show` lists. */
export const OCCURRENCES_SHOWN = 10;
/** Times of schedules stay on record for a year and a bit: a job of every minute leaves half a million rows a year. */
export const OCCURRENCES_KEEP_MS = 400 * 86_400_000;
/** Older ones are looked for once a day. */
export const OCCURRENCES_FORGET_MS = 86_400_000;
/** A replica that could not be written is tried again by the server. */
export const REPLICA_RETRY_MS = 600_000;
/** Whether the repository has a remote is looked up this often. */
export const REMOTE_LOOK_MS = 60_000;
