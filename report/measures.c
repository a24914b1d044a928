#include "report/words.h"

/* One row a kind; the compiler refuses a kind without a row in words_measures. */
#define ROW(k, c, p, d) \
	case k: { static const struct measures m = { c, p, d }; return &m; }

const struct measures *words_measures(enum cause_kind kind)
{
	switch (kind) {
	ROW(CAUSE_DEPLOYMENT,
	    "Roll the version back, or ship a fix forward when data has changed under it.",
	    "Release to a part of the fleet first and hold until its error rate and latency match the rest.",
	    "Mark deployments on the graphs, and compare each version with the one before it.")
	ROW(CAUSE_CONFIG_CHANGE,
	    "Restore the previous value and confirm from the logs that it is in force.",
	    "Validate configuration against limits before it is applied, and roll it out in steps like code.",
	    "Log every effective value at start and on reload, and watch error rates at each step.")
	ROW(CAUSE_FEATURE_FLAG,
	    "Switch the flag off.",
	    "Raise flags in steps with a stop condition, and exercise the new path before users do.",
	    "Split error rate by flag state, so that the new path shows before it is everybody's.")
	ROW(CAUSE_SCHEMA_MIGRATION,
	    "Stop or revert the migration, and release the sessions that wait behind it.",
	    "Set a lock timeout for migrations, and split them into steps that hold no lock for long.",
	    "Watch lock waits while a migration runs, with a limit that aborts it.")
	ROW(CAUSE_SCHEDULED_JOB,
	    "Stop the job, and let what it holds drain.",
	    "Limit what the job may take (connections, I/O, batch size), and keep it away from busy hours.",
	    "Log start, end and volume of each run, and alert on a run outside its usual length.")
	ROW(CAUSE_SLOW_QUERY,
	    "Add the missing index or rewrite the statement; cancel what still runs.",
	    "Review plans of new statements on data of production size, and set a statement timeout.",
	    "Alert when a statement that was not there before takes a visible share of the total query time.")
	ROW(CAUSE_LOCK_CONTENTION,
	    "End the session that holds the lock.",
	    "Keep transactions short, set lock_timeout and a limit for idle transactions.",
	    "Alert on lock waits longer than a few seconds, naming the session that blocks.")
	ROW(CAUSE_CONNECTION_EXHAUSTION,
	    "Free connections: end idle sessions, restart what leaks, raise the limit only for a while.",
	    "Bound the pools so that their sum is below the server's limit, and return connections always.",
	    "Alert when connections in use pass four fifths of the limit.")
	ROW(CAUSE_TRAFFIC_SURGE,
	    "Shed or spread load: rate limits, a queue, more capacity in front of the bottleneck.",
	    "Agree on campaigns with whoever runs the service, and test at the load that is planned.",
	    "Alert on arrivals, not only on errors, and show where new traffic comes from.")
	ROW(CAUSE_CACHE_FAILURE,
	    "Restore the cache or its settings, and drop entries that must not be served.",
	    "Test invalidation and loss of the cache; protect what lies behind it from a cold start.",
	    "Alert on hit ratio in both directions: too low is load, too high can be stale data.")
	ROW(CAUSE_DEPENDENCY_FAILURE,
	    "Restore the dependency, or turn off what needs it.",
	    "Set timeouts, retries with a limit, and a fallback for each dependency.",
	    "Measure every dependency from the caller's side: error rate and latency by upstream.")
	ROW(CAUSE_RESOURCE_EXHAUSTION,
	    "Free the resource: restart what leaks, make room, raise the limit.",
	    "Fix the leak, and set limits so that one consumer cannot take everything.",
	    "Alert on the trend (time until full), not on the limit being reached.")
	ROW(CAUSE_RESTART,
	    "Bring the process back and keep it from restarting again.",
	    "Drain before a stop, start without a cold peak, and restart one instance at a time.",
	    "Alert on restarts that nobody asked for, and on repeated ones.")
	ROW(CAUSE_CERTIFICATE,
	    "Install a valid certificate, and reload what uses it.",
	    "Renew by machine, well before the end, and verify the whole chain after each renewal.",
	    "Alert weeks before a certificate ends, measured at the endpoint.")
	ROW(CAUSE_DNS,
	    "Restore the record or the resolver; flush caches that hold the wrong answer.",
	    "Keep more than one resolver, and review changes of records like code.",
	    "Measure name resolution from the hosts that need it.")
	ROW(CAUSE_NETWORK,
	    "Undo the network change, or route around the fault.",
	    "Apply network changes in steps, with a way back that needs no network.",
	    "Measure loss and connect time between services, from both sides.")
	ROW(CAUSE_CREDENTIAL,
	    "Restore a valid credential wherever it is used.",
	    "Rotate with two valid credentials at a time, and end the old one when nothing uses it.",
	    "Alert on failed authentication of service accounts: there should be none.")
	ROW(CAUSE_BAD_INPUT,
	    "Keep the input out, and repair what it left behind.",
	    "Reject such input at the edge with a clear error, and add it to the tests.",
	    "Group failures by input key, so that one poisonous value stands out.")
	ROW(CAUSE_HOST_FAULT,
	    "Take the host out of rotation.",
	    "Let health checks remove a host that fails more than its peers.",
	    "Compare each host with its peers, and alert on the outlier.")
	ROW(CAUSE_UNKNOWN,
	    "Collect the logs that are missing for this window before they are rotated away.",
	    "Make every service that can break this one write its errors and changes where they are kept.",
	    "Record deployments, configuration and flag changes in one log with their times.")
	case CAUSE_KIND_COUNT:
		break;
	}
	BUG("a cause kind without measures");
}
