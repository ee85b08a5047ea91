variable "bucket" {
  description = "Name of the bucket that keeps ciphertext. Made here; nothing else may use it."
  type        = string
}

variable "public_url" {
  description = "Origin of the tokenizer, such as https://tokens.example.com: its frames may use the bucket from there."
  type        = string

  validation {
    condition     = can(regex("^https://[^/]+$", var.public_url))
    error_message = "The public_url must be an https origin without a path or a slash at its end."
  }
}

variable "keep_deleted_days" {
  description = "Days for which S3 keeps what was deleted, as a net under mistakes. Its keys are gone at once, but those in backups of the database. 0: not at all, and no versioning. Once above 0, versioning can be suspended but not undone."
  type        = number
  default     = 0

  validation {
    condition     = var.keep_deleted_days >= 0 && var.keep_deleted_days == floor(var.keep_deleted_days)
    error_message = "The keep_deleted_days must be a whole number, 0 or more."
  }
}

variable "name" {
  description = "Name of the role, and of the keys' aliases."
  type        = string
  default     = "lunasec-tokenizer"
}

variable "service_account" {
  description = "The Kubernetes service account that may take the role: the cluster's OIDC provider, namespace and name. Null elsewhere."
  type = object({
    oidc_provider_arn = string
    namespace         = optional(string, "lunasec")
    name              = optional(string, "tokenizer")
  })
  default = null
}

variable "trusted_services" {
  description = "AWS services that may take the role for what they run, such as ecs-tasks.amazonaws.com or ec2.amazonaws.com."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.trusted_services) > 0 || var.service_account != null
    error_message = "Name who may take the role: a service_account, or trusted_services."
  }
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default     = {}
}
