/*
 * migration: schema migrations as their tools announce them inside other logs (Flyway, Liquibase, Alembic,
 * Rails and Sequelize, Django, Prisma, TypeORM). Applications run them at their start, so these lines are
 * often the only record of a change to the schema.
 */
#ifndef INGEST_MIGRATION_H
#define INGEST_MIGRATION_H

#include "core/arena.h"
#include "core/event.h"

/* Turns a plain line into EV_CHANGE if its message is such an announcement. Else leaves *e alone. */
void migration_apply(struct event *e, struct arena *scratch);
/* Does the text begin as such an announcement does? */
bool migration_may(struct str s);

#endif
