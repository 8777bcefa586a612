terraform {
  required_version = ">= 1.5"

  required_providers {
    cpln = {
      source  = "controlplane-com/cpln"
      version = ">= 1.2.28"
    }
  }
}

variable "postgres_database" {
  description = "The database that replicates; the nodes are made with it"
  type        = string
  sensitive   = true
  nullable    = false
}

variable "postgres_password" {
  description = "Password of the superuser"
  type        = string
  sensitive   = true
  nullable    = false
}

variable "postgres_username" {
  description = "Name of the superuser; the nodes are made with it"
  type        = string
  sensitive   = true
  nullable    = false
}

locals {
  tags = {
    "app.cpln.io/instance"   = "shop"
    "app.cpln.io/managed-by" = "pgedge-tpl"
    "app.cpln.io/name"       = "shop"
    "app.cpln.io/version"    = "17"
    "team"                   = "data $${not a template}"
  }
}

resource "cpln_gvc" "shop_db" {
  name                   = "shop-db"
  description            = "Locations of the pgEdge cluster"
  tags                   = local.tags
  endpoint_naming_format = "org"
  locations              = ["aws-eu-central-1", "gcp-europe-west4"]

  lifecycle {
    prevent_destroy = true
  }
}

resource "cpln_identity" "shop_pgedge_identity" {
  name        = "shop-pgedge-identity"
  gvc         = cpln_gvc.shop_db.name
  description = "What the workloads of the pgEdge cluster run as"
  tags        = local.tags

  gcp_access_policy {
    cloud_account_link = "//cloudaccount/shop-gcp"
    scopes             = "https://www.googleapis.com/auth/cloud-platform"

    binding {
      resource = "//storage.googleapis.com/projects/_/buckets/shop-dumps"
      roles    = ["roles/storage.objectAdmin"]
    }
  }
}

resource "cpln_volume_set" "shop_pgedge_vs" {
  name              = "shop-pgedge-vs"
  gvc               = cpln_gvc.shop_db.name
  description       = "One volume for each pgEdge node"
  tags              = local.tags
  file_system_type  = "ext4"
  performance_class = "general-purpose-ssd"
  initial_capacity  = 10

  snapshots {
    create_final_snapshot = true
    retention_duration    = "7d"
    schedule              = "0 4 * * *"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "cpln_policy" "shop_pgedge_policy" {
  name        = "shop-pgedge-policy"
  description = "Lets the workloads of the pgEdge cluster read their secrets"
  tags        = local.tags
  target_kind = "secret"
  target_links = [
    cpln_secret.shop_pgedge_config.name,
    cpln_secret.shop_pgedge_startup.name,
    cpln_secret.shop_pgcat_config.name,
    cpln_secret.shop_pgcat_startup.name,
    cpln_secret.shop_pgedge_backup_script.name,
  ]

  binding {
    permissions = ["reveal"]
    principal_links = [
      "gvc/${cpln_gvc.shop_db.name}/identity/${cpln_identity.shop_pgedge_identity.name}",
    ]
  }
}

resource "cpln_workload" "shop_pgedge" {
  name                 = "shop-pgedge"
  gvc                  = cpln_gvc.shop_db.name
  description          = "pgEdge nodes, PostgreSQL 17 with Spock"
  type                 = "stateful"
  identity_link        = cpln_identity.shop_pgedge_identity.self_link
  support_dynamic_tags = false
  tags = merge(local.tags, {
    "cpln/publishNotReadyAddresses" = "true"
  })

  container {
    name        = "pgedge"
    image       = "ghcr.io/pgedge/pgedge-postgres:17.11-spock5.0.13-standard-1"
    command     = "/bin/bash"
    args        = ["/pgedge/start.sh"]
    min_cpu     = "500m"
    min_memory  = "1Gi"
    cpu         = "2"
    memory      = "4Gi"
    inherit_env = false
    env = {
      PGDATA           = "/pgvol/pgdata"
      PG_USERNAME      = "${cpln_secret.shop_pgedge_config.secret_link}.username"
      PG_PASSWORD      = "${cpln_secret.shop_pgedge_config.secret_link}.password"
      PG_DATABASE      = "${cpln_secret.shop_pgedge_config.secret_link}.database"
      STARTUP_CHECKSUM: (a checksum)
    }

    ports {
      number   = 5432
      protocol = "tcp"
    }

    readiness_probe {
      initial_delay_seconds = 5
      period_seconds        = 5
      timeout_seconds       = 5
      success_threshold     = 1
      failure_threshold     = 2

      exec {
        command = ["/bin/bash", "/pgedge/start.sh", "ready"]
      }
    }

    liveness_probe {
      initial_delay_seconds = 60
      period_seconds        = 10
      timeout_seconds       = 10
      success_threshold     = 1
      failure_threshold     = 6

      exec {
        command = ["/bin/bash", "/pgedge/start.sh", "alive"]
      }
    }

    volume {
      path            = "/pgvol"
      uri             = cpln_volume_set.shop_pgedge_vs.volumeset_link
      recovery_policy = "retain"
    }

    volume {
      path = "/pgedge/start.sh"
      uri  = "${cpln_secret.shop_pgedge_startup.secret_link}.payload"
    }
  }

  options {
    capacity_ai     = false
    debug           = false
    suspend         = false
    timeout_seconds = 5

    autoscaling {
      metric              = "disabled"
      min_scale           = 0
      max_scale           = 0
      max_concurrency     = 0
      scale_to_zero_delay = 300
      target              = 100
    }

    multi_zone {
      enabled = false
    }
  }

  local_options {
    location        = "aws-eu-central-1"
    capacity_ai     = false
    debug           = false
    suspend         = false
    timeout_seconds = 5

    autoscaling {
      metric              = "disabled"
      min_scale           = 2
      max_scale           = 2
      max_concurrency     = 0
      scale_to_zero_delay = 300
      target              = 100
    }

    multi_zone {
      enabled = false
    }
  }

  local_options {
    location        = "gcp-europe-west4"
    capacity_ai     = false
    debug           = false
    suspend         = false
    timeout_seconds = 5

    autoscaling {
      metric              = "disabled"
      min_scale           = 1
      max_scale           = 1
      max_concurrency     = 0
      scale_to_zero_delay = 300
      target              = 100
    }

    multi_zone {
      enabled = false
    }
  }

  firewall_spec {
    external {
      inbound_allow_cidr      = []
      inbound_blocked_cidr    = []
      outbound_allow_cidr     = ["0.0.0.0/0"]
      outbound_allow_hostname = []
      outbound_blocked_cidr   = []
    }

    internal {
      inbound_allow_type     = "same-gvc"
      inbound_allow_workload = []
    }
  }

  load_balancer {
    replica_direct = true

    direct {
      enabled = false
    }
  }

  rollout_options {
    min_ready_seconds                = 0
    scaling_policy                   = "Parallel"
    termination_grace_period_seconds = 200
  }

  security_options {
    file_system_group_id = 1000
    run_as_user          = 26
  }

  depends_on = [cpln_policy.shop_pgedge_policy]
}

resource "cpln_workload" "shop_pgcat" {
  name                 = "shop-pgcat"
  gvc                  = cpln_gvc.shop_db.name
  description          = "pgcat, the pooler that applications connect to"
  tags                 = local.tags
  type                 = "standard"
  identity_link        = cpln_identity.shop_pgedge_identity.self_link
  support_dynamic_tags = false

  container {
    name        = "pgcat"
    image       = "ghcr.io/postgresml/pgcat:v1.2.0"
    command     = "/bin/sh"
    args        = ["/etc/pooler/start.sh"]
    cpu         = "500m"
    memory      = "256Mi"
    inherit_env = false
    env = {
      PG_USERNAME      = "${cpln_secret.shop_pgedge_config.secret_link}.username"
      PG_PASSWORD      = "${cpln_secret.shop_pgedge_config.secret_link}.password"
      PG_DATABASE      = "${cpln_secret.shop_pgedge_config.secret_link}.database"
      STARTUP_CHECKSUM: (a checksum)
      CONFIG_CHECKSUM : (a checksum)
    }

    ports {
      number   = 5432
      protocol = "tcp"
    }

    readiness_probe {
      initial_delay_seconds = 1
      period_seconds        = 2
      timeout_seconds       = 5
      success_threshold     = 1
      failure_threshold     = 2

      exec {
        command = ["/bin/sh", "/etc/pooler/start.sh", "ready"]
      }
    }

    liveness_probe {
      initial_delay_seconds = 10
      period_seconds        = 10
      timeout_seconds       = 5
      success_threshold     = 1
      failure_threshold     = 6

      exec {
        command = ["/bin/sh", "/etc/pooler/start.sh", "alive"]
      }
    }

    volume {
      path = "/etc/pooler/start.sh"
      uri  = "${cpln_secret.shop_pgcat_startup.secret_link}.payload"
    }

    volume {
      path = "/etc/pooler/config"
      uri  = "${cpln_secret.shop_pgcat_config.secret_link}.payload"
    }
  }

  options {
    capacity_ai     = false
    debug           = false
    suspend         = false
    timeout_seconds = 5

    autoscaling {
      metric              = "disabled"
      min_scale           = 0
      max_scale           = 0
      max_concurrency     = 0
      scale_to_zero_delay = 300
      target              = 100
    }

    multi_zone {
      enabled = false
    }
  }

  local_options {
    location        = "aws-eu-central-1"
    capacity_ai     = false
    debug           = false
    suspend         = false
    timeout_seconds = 5

    autoscaling {
      metric              = "cpu"
      min_scale           = 2
      max_scale           = 4
      max_concurrency     = 0
      scale_to_zero_delay = 300
      target              = 75
    }

    multi_zone {
      enabled = false
    }
  }

  local_options {
    location        = "gcp-europe-west4"
    capacity_ai     = false
    debug           = false
    suspend         = false
    timeout_seconds = 5

    autoscaling {
      metric              = "cpu"
      min_scale           = 2
      max_scale           = 4
      max_concurrency     = 0
      scale_to_zero_delay = 300
      target              = 75
    }

    multi_zone {
      enabled = false
    }
  }

  firewall_spec {
    external {
      inbound_allow_cidr      = []
      inbound_blocked_cidr    = []
      outbound_allow_cidr     = ["0.0.0.0/0"]
      outbound_allow_hostname = []
      outbound_blocked_cidr   = []
    }

    internal {
      inbound_allow_type     = "same-gvc"
      inbound_allow_workload = []
    }
  }

  load_balancer {
    replica_direct = false

    direct {
      enabled = false
    }
  }

  depends_on = [cpln_policy.shop_pgedge_policy]
}

resource "cpln_workload" "shop_pgedge_backup" {
  name                 = "shop-pgedge-backup"
  gvc                  = cpln_gvc.shop_db.name
  description          = "Dumps the database of the pgEdge cluster to a bucket"
  tags                 = local.tags
  type                 = "cron"
  identity_link        = cpln_identity.shop_pgedge_identity.self_link
  support_dynamic_tags = false

  container {
    name        = "backup-pgedge"
    image       = "ghcr.io/controlplane-com/backup-images/postgres-backup:17.1.0"
    command     = "/bin/bash"
    args        = ["/opt/pgedge/backup.sh"]
    cpu         = "100m"
    memory      = "256Mi"
    inherit_env = false
    env = {
      BACKUP_PROVIDER = "gcp"
      BACKUP_BUCKET   = "${cpln_secret.shop_pgedge_config.secret_link}.backup-bucket"
      BACKUP_PREFIX   = "pgedge/backups"
      PG_USERNAME     = "${cpln_secret.shop_pgedge_config.secret_link}.username"
      PG_PASSWORD     = "${cpln_secret.shop_pgedge_config.secret_link}.password"
      PG_DATABASE     = "${cpln_secret.shop_pgedge_config.secret_link}.database"
      SCRIPT_CHECKSUM: (a checksum)
    }

    volume {
      path = "/opt/pgedge/backup.sh"
      uri  = "${cpln_secret.shop_pgedge_backup_script.secret_link}.payload"
    }
  }

  options {
    capacity_ai     = false
    debug           = false
    suspend         = true
    timeout_seconds = 5

    autoscaling {
      metric              = "disabled"
      min_scale           = 1
      max_scale           = 1
      max_concurrency     = 0
      scale_to_zero_delay = 300
      target              = 95
    }

    multi_zone {
      enabled = false
    }
  }

  local_options {
    location        = "aws-eu-central-1"
    capacity_ai     = false
    debug           = false
    suspend         = false
    timeout_seconds = 5

    autoscaling {
      metric              = "disabled"
      min_scale           = 1
      max_scale           = 1
      max_concurrency     = 0
      scale_to_zero_delay = 300
      target              = 95
    }

    multi_zone {
      enabled = false
    }
  }

  job {
    active_deadline_seconds = 21600
    concurrency_policy      = "Forbid"
    history_limit           = 5
    restart_policy          = "Never"
    schedule                = "0 2 * * *"
  }

  firewall_spec {
    external {
      inbound_allow_cidr      = []
      inbound_blocked_cidr    = []
      outbound_allow_cidr     = ["0.0.0.0/0"]
      outbound_allow_hostname = []
      outbound_blocked_cidr   = []
    }

    internal {
      inbound_allow_type     = "none"
      inbound_allow_workload = []
    }
  }

  depends_on = [cpln_policy.shop_pgedge_policy]
}

resource "cpln_secret" "shop_pgedge_config" {
  name        = "shop-pgedge-config"
  description = "Credentials of the pgEdge cluster, and the bucket of its backup"
  tags        = local.tags
  dictionary = {
    "backup-bucket" = "shop-dumps"
    "database"      = var.postgres_database
    "password"      = var.postgres_password
    "username"      = var.postgres_username
  }
}

resource "cpln_secret" "shop_pgedge_backup_script" {
  name        = "shop-pgedge-backup-script"
  description = "Script of the backup"
  tags        = local.tags

  opaque {
    encoding = "plain"
    payload  = <<EOT
EOT
  }
}

resource "cpln_secret" "shop_pgcat_config" {
  name        = "shop-pgcat-config"
  description = "Configuration of the pooler"
  tags        = local.tags

  opaque {
    encoding = "plain"
    payload  = <<EOT
EOT
  }
}

resource "cpln_secret" "shop_pgcat_startup" {
  name        = "shop-pgcat-startup"
  description = "Start script of the pooler"
  tags        = local.tags

  opaque {
    encoding = "plain"
    payload  = <<EOT
EOT
  }
}

resource "cpln_secret" "shop_pgedge_startup" {
  name        = "shop-pgedge-startup"
  description = "Start script of the pgEdge nodes"
  tags        = local.tags

  opaque {
    encoding = "plain"
    payload  = <<EOT
EOT
  }
}

output "host" {
  description = "Where applications connect, inside the GVC"
  value       = "${cpln_workload.shop_pgcat.name}.${cpln_gvc.shop_db.name}.cpln.local"
}

output "port" {
  description = "Port of the host and of every node"
  value       = 5432
}

output "node_addresses" {
  description = "Where each node answers, inside the GVC"
  value = [
    "replica-0.${cpln_workload.shop_pgedge.name}.aws-eu-central-1.${cpln_gvc.shop_db.name}.cpln.local",
    "replica-1.${cpln_workload.shop_pgedge.name}.aws-eu-central-1.${cpln_gvc.shop_db.name}.cpln.local",
    "replica-0.${cpln_workload.shop_pgedge.name}.gcp-europe-west4.${cpln_gvc.shop_db.name}.cpln.local",
  ]
}

import {
  to = cpln_secret.shop_pgedge_config
  id = "shop-pgedge-config"
}

import {
  to = cpln_secret.shop_pgedge_backup_script
  id = "shop-pgedge-backup-script"
}

import {
  to = cpln_secret.shop_pgcat_config
  id = "shop-pgcat-config"
}

import {
  to = cpln_secret.shop_pgcat_startup
  id = "shop-pgcat-startup"
}

import {
  to = cpln_secret.shop_pgedge_startup
  id = "shop-pgedge-startup"
}

import {
  to = cpln_gvc.shop_db
  id = "shop-db"
}

import {
  to = cpln_identity.shop_pgedge_identity
  id = "shop-db:shop-pgedge-identity"
}

import {
  to = cpln_volume_set.shop_pgedge_vs
  id = "shop-db:shop-pgedge-vs"
}

import {
  to = cpln_policy.shop_pgedge_policy
  id = "shop-pgedge-policy"
}

import {
  to = cpln_workload.shop_pgedge
  id = "shop-db:shop-pgedge"
}

import {
  to = cpln_workload.shop_pgcat
  id = "shop-db:shop-pgcat"
}

import {
  to = cpln_workload.shop_pgedge_backup
  id = "shop-db:shop-pgedge-backup"
}
